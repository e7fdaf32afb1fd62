// The bytes of every document of lexicons/, taken in by the compiler. Written by tools/embed.
#include "CLexicons.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t app_bsky_actor_defs[] = {
#embed "../../lexicons/app/bsky/actor/defs.json"
};

static const uint8_t app_bsky_actor_getPreferences[] = {
#embed "../../lexicons/app/bsky/actor/getPreferences.json"
};

static const uint8_t app_bsky_actor_getProfile[] = {
#embed "../../lexicons/app/bsky/actor/getProfile.json"
};

static const uint8_t app_bsky_actor_putPreferences[] = {
#embed "../../lexicons/app/bsky/actor/putPreferences.json"
};

static const uint8_t com_atproto_admin_defs[] = {
#embed "../../lexicons/com/atproto/admin/defs.json"
};

static const uint8_t com_atproto_admin_getAccountInfo[] = {
#embed "../../lexicons/com/atproto/admin/getAccountInfo.json"
};

static const uint8_t com_atproto_admin_updateAccountPassword[] = {
#embed "../../lexicons/com/atproto/admin/updateAccountPassword.json"
};

static const uint8_t com_atproto_identity_defs[] = {
#embed "../../lexicons/com/atproto/identity/defs.json"
};

static const uint8_t com_atproto_identity_getRecommendedDidCredentials[] = {
#embed "../../lexicons/com/atproto/identity/getRecommendedDidCredentials.json"
};

static const uint8_t com_atproto_identity_resolveDid[] = {
#embed "../../lexicons/com/atproto/identity/resolveDid.json"
};

static const uint8_t com_atproto_identity_resolveHandle[] = {
#embed "../../lexicons/com/atproto/identity/resolveHandle.json"
};

static const uint8_t com_atproto_identity_resolveIdentity[] = {
#embed "../../lexicons/com/atproto/identity/resolveIdentity.json"
};

static const uint8_t com_atproto_identity_updateHandle[] = {
#embed "../../lexicons/com/atproto/identity/updateHandle.json"
};

static const uint8_t com_atproto_label_defs[] = {
#embed "../../lexicons/com/atproto/label/defs.json"
};

static const uint8_t com_atproto_lexicon_schema[] = {
#embed "../../lexicons/com/atproto/lexicon/schema.json"
};

static const uint8_t com_atproto_repo_applyWrites[] = {
#embed "../../lexicons/com/atproto/repo/applyWrites.json"
};

static const uint8_t com_atproto_repo_createRecord[] = {
#embed "../../lexicons/com/atproto/repo/createRecord.json"
};

static const uint8_t com_atproto_repo_defs[] = {
#embed "../../lexicons/com/atproto/repo/defs.json"
};

static const uint8_t com_atproto_repo_deleteRecord[] = {
#embed "../../lexicons/com/atproto/repo/deleteRecord.json"
};

static const uint8_t com_atproto_repo_describeRepo[] = {
#embed "../../lexicons/com/atproto/repo/describeRepo.json"
};

static const uint8_t com_atproto_repo_getRecord[] = {
#embed "../../lexicons/com/atproto/repo/getRecord.json"
};

static const uint8_t com_atproto_repo_importRepo[] = {
#embed "../../lexicons/com/atproto/repo/importRepo.json"
};

static const uint8_t com_atproto_repo_listMissingBlobs[] = {
#embed "../../lexicons/com/atproto/repo/listMissingBlobs.json"
};

static const uint8_t com_atproto_repo_listRecords[] = {
#embed "../../lexicons/com/atproto/repo/listRecords.json"
};

static const uint8_t com_atproto_repo_putRecord[] = {
#embed "../../lexicons/com/atproto/repo/putRecord.json"
};

static const uint8_t com_atproto_repo_strongRef[] = {
#embed "../../lexicons/com/atproto/repo/strongRef.json"
};

static const uint8_t com_atproto_repo_uploadBlob[] = {
#embed "../../lexicons/com/atproto/repo/uploadBlob.json"
};

static const uint8_t com_atproto_server_activateAccount[] = {
#embed "../../lexicons/com/atproto/server/activateAccount.json"
};

static const uint8_t com_atproto_server_checkAccountStatus[] = {
#embed "../../lexicons/com/atproto/server/checkAccountStatus.json"
};

static const uint8_t com_atproto_server_createAppPassword[] = {
#embed "../../lexicons/com/atproto/server/createAppPassword.json"
};

static const uint8_t com_atproto_server_createSession[] = {
#embed "../../lexicons/com/atproto/server/createSession.json"
};

static const uint8_t com_atproto_server_deactivateAccount[] = {
#embed "../../lexicons/com/atproto/server/deactivateAccount.json"
};

static const uint8_t com_atproto_server_defs[] = {
#embed "../../lexicons/com/atproto/server/defs.json"
};

static const uint8_t com_atproto_server_deleteSession[] = {
#embed "../../lexicons/com/atproto/server/deleteSession.json"
};

static const uint8_t com_atproto_server_describeServer[] = {
#embed "../../lexicons/com/atproto/server/describeServer.json"
};

static const uint8_t com_atproto_server_getServiceAuth[] = {
#embed "../../lexicons/com/atproto/server/getServiceAuth.json"
};

static const uint8_t com_atproto_server_getSession[] = {
#embed "../../lexicons/com/atproto/server/getSession.json"
};

static const uint8_t com_atproto_server_listAppPasswords[] = {
#embed "../../lexicons/com/atproto/server/listAppPasswords.json"
};

static const uint8_t com_atproto_server_refreshSession[] = {
#embed "../../lexicons/com/atproto/server/refreshSession.json"
};

static const uint8_t com_atproto_server_revokeAppPassword[] = {
#embed "../../lexicons/com/atproto/server/revokeAppPassword.json"
};

static const uint8_t com_atproto_sync_getBlob[] = {
#embed "../../lexicons/com/atproto/sync/getBlob.json"
};

static const uint8_t com_atproto_sync_getBlocks[] = {
#embed "../../lexicons/com/atproto/sync/getBlocks.json"
};

static const uint8_t com_atproto_sync_getLatestCommit[] = {
#embed "../../lexicons/com/atproto/sync/getLatestCommit.json"
};

static const uint8_t com_atproto_sync_getRecord[] = {
#embed "../../lexicons/com/atproto/sync/getRecord.json"
};

static const uint8_t com_atproto_sync_getRepo[] = {
#embed "../../lexicons/com/atproto/sync/getRepo.json"
};

static const uint8_t com_atproto_sync_getRepoStatus[] = {
#embed "../../lexicons/com/atproto/sync/getRepoStatus.json"
};

static const uint8_t com_atproto_sync_listBlobs[] = {
#embed "../../lexicons/com/atproto/sync/listBlobs.json"
};

static const uint8_t com_atproto_sync_listRepos[] = {
#embed "../../lexicons/com/atproto/sync/listRepos.json"
};

static const uint8_t com_atproto_sync_listReposByCollection[] = {
#embed "../../lexicons/com/atproto/sync/listReposByCollection.json"
};

static const uint8_t com_atproto_sync_requestCrawl[] = {
#embed "../../lexicons/com/atproto/sync/requestCrawl.json"
};

static const uint8_t com_atproto_sync_subscribeRepos[] = {
#embed "../../lexicons/com/atproto/sync/subscribeRepos.json"
};

static const uint8_t dev_joelclaw_media_processed[] = {
#embed "../../lexicons/dev/joelclaw/media/processed.json"
};

static const uint8_t dev_joelclaw_memory_observation[] = {
#embed "../../lexicons/dev/joelclaw/memory/observation.json"
};

static const uint8_t dev_joelclaw_system_log[] = {
#embed "../../lexicons/dev/joelclaw/system/log.json"
};

static const uint8_t dev_plaited_agent_decision[] = {
#embed "../../lexicons/dev/plaited/agent/decision.json"
};

static const uint8_t dev_plaited_agent_event[] = {
#embed "../../lexicons/dev/plaited/agent/event.json"
};

static const uint8_t dev_plaited_agent_memory[] = {
#embed "../../lexicons/dev/plaited/agent/memory.json"
};

static const uint8_t dev_plaited_agent_session[] = {
#embed "../../lexicons/dev/plaited/agent/session.json"
};

static const uint8_t dev_plaited_constraint[] = {
#embed "../../lexicons/dev/plaited/constraint.json"
};

static const uint8_t dev_plaited_constraint_suspension[] = {
#embed "../../lexicons/dev/plaited/constraint/suspension.json"
};

static const uint8_t dev_plaited_module[] = {
#embed "../../lexicons/dev/plaited/module.json"
};

static const uint8_t dev_plaited_module_grade[] = {
#embed "../../lexicons/dev/plaited/module/grade.json"
};

static const uint8_t dev_plaited_repo_query[] = {
#embed "../../lexicons/dev/plaited/repo/query.json"
};

#define DOCUMENT(path, name) {path, name, sizeof name}

static const plaited_lexicon documents[] = {
    DOCUMENT("app/bsky/actor/defs.json", app_bsky_actor_defs),
    DOCUMENT("app/bsky/actor/getPreferences.json", app_bsky_actor_getPreferences),
    DOCUMENT("app/bsky/actor/getProfile.json", app_bsky_actor_getProfile),
    DOCUMENT("app/bsky/actor/putPreferences.json", app_bsky_actor_putPreferences),
    DOCUMENT("com/atproto/admin/defs.json", com_atproto_admin_defs),
    DOCUMENT("com/atproto/admin/getAccountInfo.json", com_atproto_admin_getAccountInfo),
    DOCUMENT("com/atproto/admin/updateAccountPassword.json", com_atproto_admin_updateAccountPassword),
    DOCUMENT("com/atproto/identity/defs.json", com_atproto_identity_defs),
    DOCUMENT("com/atproto/identity/getRecommendedDidCredentials.json", com_atproto_identity_getRecommendedDidCredentials),
    DOCUMENT("com/atproto/identity/resolveDid.json", com_atproto_identity_resolveDid),
    DOCUMENT("com/atproto/identity/resolveHandle.json", com_atproto_identity_resolveHandle),
    DOCUMENT("com/atproto/identity/resolveIdentity.json", com_atproto_identity_resolveIdentity),
    DOCUMENT("com/atproto/identity/updateHandle.json", com_atproto_identity_updateHandle),
    DOCUMENT("com/atproto/label/defs.json", com_atproto_label_defs),
    DOCUMENT("com/atproto/lexicon/schema.json", com_atproto_lexicon_schema),
    DOCUMENT("com/atproto/repo/applyWrites.json", com_atproto_repo_applyWrites),
    DOCUMENT("com/atproto/repo/createRecord.json", com_atproto_repo_createRecord),
    DOCUMENT("com/atproto/repo/defs.json", com_atproto_repo_defs),
    DOCUMENT("com/atproto/repo/deleteRecord.json", com_atproto_repo_deleteRecord),
    DOCUMENT("com/atproto/repo/describeRepo.json", com_atproto_repo_describeRepo),
    DOCUMENT("com/atproto/repo/getRecord.json", com_atproto_repo_getRecord),
    DOCUMENT("com/atproto/repo/importRepo.json", com_atproto_repo_importRepo),
    DOCUMENT("com/atproto/repo/listMissingBlobs.json", com_atproto_repo_listMissingBlobs),
    DOCUMENT("com/atproto/repo/listRecords.json", com_atproto_repo_listRecords),
    DOCUMENT("com/atproto/repo/putRecord.json", com_atproto_repo_putRecord),
    DOCUMENT("com/atproto/repo/strongRef.json", com_atproto_repo_strongRef),
    DOCUMENT("com/atproto/repo/uploadBlob.json", com_atproto_repo_uploadBlob),
    DOCUMENT("com/atproto/server/activateAccount.json", com_atproto_server_activateAccount),
    DOCUMENT("com/atproto/server/checkAccountStatus.json", com_atproto_server_checkAccountStatus),
    DOCUMENT("com/atproto/server/createAppPassword.json", com_atproto_server_createAppPassword),
    DOCUMENT("com/atproto/server/createSession.json", com_atproto_server_createSession),
    DOCUMENT("com/atproto/server/deactivateAccount.json", com_atproto_server_deactivateAccount),
    DOCUMENT("com/atproto/server/defs.json", com_atproto_server_defs),
    DOCUMENT("com/atproto/server/deleteSession.json", com_atproto_server_deleteSession),
    DOCUMENT("com/atproto/server/describeServer.json", com_atproto_server_describeServer),
    DOCUMENT("com/atproto/server/getServiceAuth.json", com_atproto_server_getServiceAuth),
    DOCUMENT("com/atproto/server/getSession.json", com_atproto_server_getSession),
    DOCUMENT("com/atproto/server/listAppPasswords.json", com_atproto_server_listAppPasswords),
    DOCUMENT("com/atproto/server/refreshSession.json", com_atproto_server_refreshSession),
    DOCUMENT("com/atproto/server/revokeAppPassword.json", com_atproto_server_revokeAppPassword),
    DOCUMENT("com/atproto/sync/getBlob.json", com_atproto_sync_getBlob),
    DOCUMENT("com/atproto/sync/getBlocks.json", com_atproto_sync_getBlocks),
    DOCUMENT("com/atproto/sync/getLatestCommit.json", com_atproto_sync_getLatestCommit),
    DOCUMENT("com/atproto/sync/getRecord.json", com_atproto_sync_getRecord),
    DOCUMENT("com/atproto/sync/getRepo.json", com_atproto_sync_getRepo),
    DOCUMENT("com/atproto/sync/getRepoStatus.json", com_atproto_sync_getRepoStatus),
    DOCUMENT("com/atproto/sync/listBlobs.json", com_atproto_sync_listBlobs),
    DOCUMENT("com/atproto/sync/listRepos.json", com_atproto_sync_listRepos),
    DOCUMENT("com/atproto/sync/listReposByCollection.json", com_atproto_sync_listReposByCollection),
    DOCUMENT("com/atproto/sync/requestCrawl.json", com_atproto_sync_requestCrawl),
    DOCUMENT("com/atproto/sync/subscribeRepos.json", com_atproto_sync_subscribeRepos),
    DOCUMENT("dev/joelclaw/media/processed.json", dev_joelclaw_media_processed),
    DOCUMENT("dev/joelclaw/memory/observation.json", dev_joelclaw_memory_observation),
    DOCUMENT("dev/joelclaw/system/log.json", dev_joelclaw_system_log),
    DOCUMENT("dev/plaited/agent/decision.json", dev_plaited_agent_decision),
    DOCUMENT("dev/plaited/agent/event.json", dev_plaited_agent_event),
    DOCUMENT("dev/plaited/agent/memory.json", dev_plaited_agent_memory),
    DOCUMENT("dev/plaited/agent/session.json", dev_plaited_agent_session),
    DOCUMENT("dev/plaited/constraint.json", dev_plaited_constraint),
    DOCUMENT("dev/plaited/constraint/suspension.json", dev_plaited_constraint_suspension),
    DOCUMENT("dev/plaited/module.json", dev_plaited_module),
    DOCUMENT("dev/plaited/module/grade.json", dev_plaited_module_grade),
    DOCUMENT("dev/plaited/repo/query.json", dev_plaited_repo_query),
};

size_t plaited_lexicon_count(void) { return sizeof documents / sizeof documents[0]; }

plaited_lexicon plaited_lexicon_at(size_t index) { return documents[index]; }
