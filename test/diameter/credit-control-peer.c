/*
 * A freeDiameter extension that plays a gateway: it opens credit-control sessions (initial, updates, termination), holds
 * each until it was asked to re-authorise if so told, counts the answers and prints one line of JSON. Everything that makes
 * it a judge of our answers is freeDiameter's own: encoding, dictionary, command rules, routing.
 *
 * Configuration: "SESSIONS WINDOW UPDATES REALM AWAIT", where AWAIT sessions wait in their first update's place for a
 * Re-Auth-Request or Abort-Session-Request before they go on (0: none).
 *
 * Build: gcc -shared -fPIC -O1 -o credit-control-peer.fdx credit-control-peer.c
 */
#include <freeDiameter/extension.h>

enum request_type { INITIAL = 1, UPDATE = 2, TERMINATION = 3 };

static struct {
	int sessions, window, updates, await;
	char realm[128];
} settings;

static struct {
	struct dict_object *request, *session_id, *destination_realm, *auth_application_id, *service_context_id;
	struct dict_object *request_type, *request_number, *event_timestamp, *result_code;
	struct dict_object *subscription_id, *subscription_id_type, *subscription_id_data;
	struct dict_object *multiple_services, *rating_group, *requested_units, *used_units, *time;
} dict;

static struct {
	int open, completed, refused, answers, re_auths, aborts;
	uint64_t granted_s;
} tally;

struct call {
	char id[160];
	int number; /* of its next request */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_t runner;

static enum request_type type_of(const struct call *call)
{
	if (call->number == 0) return INITIAL;
	return call->number <= settings.updates ? UPDATE : TERMINATION;
}

static int add_value(msg_or_avp *parent, struct dict_object *model, union avp_value value, enum msg_brw_dir where)
{
	struct avp *avp;
	CHECK_FCT(fd_msg_avp_new(model, 0, &avp));
	CHECK_FCT(fd_msg_avp_setvalue(avp, &value));
	return fd_msg_avp_add(parent, where, avp);
}

static int add_number(msg_or_avp *parent, struct dict_object *model, uint32_t number)
{
	union avp_value value = { .u32 = number };
	return add_value(parent, model, value, MSG_BRW_LAST_CHILD);
}

static int add_octets(msg_or_avp *parent, struct dict_object *model, const void *octets, size_t length)
{
	union avp_value value = { .os = { .data = (uint8_t *)octets, .len = length } };
	return add_value(parent, model, value, MSG_BRW_LAST_CHILD);
}

static int add_text(msg_or_avp *parent, struct dict_object *model, const char *text)
{
	return add_octets(parent, model, text, strlen(text));
}

static int add_group(msg_or_avp *parent, struct dict_object *model, struct avp **group)
{
	CHECK_FCT(fd_msg_avp_new(model, 0, group));
	return fd_msg_avp_add(parent, MSG_BRW_LAST_CHILD, *group);
}

static int add_units(struct avp *service, struct dict_object *model, uint32_t seconds)
{
	struct avp *units;
	CHECK_FCT(add_group(service, model, &units));
	return add_number(units, dict.time, seconds);
}

static int add_service(struct msg *request, enum request_type type)
{
	struct avp *service;
	CHECK_FCT(add_group(request, dict.multiple_services, &service));
	CHECK_FCT(add_number(service, dict.rating_group, 100));
	if (type != TERMINATION) CHECK_FCT(add_units(service, dict.requested_units, 30));
	if (type != INITIAL) CHECK_FCT(add_units(service, dict.used_units, 7));
	return 0;
}

static int build(const struct call *call, struct msg **request)
{
	enum request_type type = type_of(call);
	union avp_value id = { .os = { .data = (uint8_t *)call->id, .len = strlen(call->id) } };
	uint32_t now = htonl((uint32_t)(time(NULL) + 2208988800UL)); /* seconds since 1900 */
	struct avp *subscription;
	CHECK_FCT(fd_msg_new(dict.request, MSGFL_ALLOC_ETEID, request));
	CHECK_FCT(add_value(*request, dict.session_id, id, MSG_BRW_FIRST_CHILD));
	CHECK_FCT(fd_msg_add_origin(*request, 0));
	CHECK_FCT(add_text(*request, dict.destination_realm, settings.realm));
	CHECK_FCT(add_number(*request, dict.auth_application_id, 4));
	CHECK_FCT(add_text(*request, dict.service_context_id, "32260@3gpp.org"));
	CHECK_FCT(add_number(*request, dict.request_type, type));
	CHECK_FCT(add_number(*request, dict.request_number, call->number));
	CHECK_FCT(add_octets(*request, dict.event_timestamp, &now, sizeof now));
	CHECK_FCT(add_group(*request, dict.subscription_id, &subscription));
	CHECK_FCT(add_number(subscription, dict.subscription_id_type, 0));
	CHECK_FCT(add_text(subscription, dict.subscription_id_data, "442079460018"));
	return add_service(*request, type);
}

/* The first AVP of a model directly below a parent; NULL where there is none. */
static struct avp *child(msg_or_avp *parent, const char *name)
{
	struct avp *avp = NULL;
	struct avp_hdr *header;
	struct dict_object *model;
	struct dict_avp_data data;
	for (fd_msg_browse(parent, MSG_BRW_FIRST_CHILD, &avp, NULL); avp != NULL; fd_msg_browse(avp, MSG_BRW_NEXT, &avp, NULL)) {
		if (fd_msg_avp_hdr(avp, &header) || fd_msg_model(avp, &model) || model == NULL) continue;
		if (fd_dict_getval(model, &data) == 0 && !strcmp(data.avp_name, name)) return avp;
	}
	return NULL;
}

static uint32_t number_in(struct avp *avp)
{
	struct avp_hdr *header;
	return avp != NULL && fd_msg_avp_hdr(avp, &header) == 0 && header->avp_value ? header->avp_value->u32 : 0;
}

static uint32_t granted_s(struct msg *answer)
{
	struct avp *service = child(answer, "Multiple-Services-Credit-Control");
	struct avp *units = service == NULL ? NULL : child(service, "Granted-Service-Unit");
	return units == NULL ? 0 : number_in(child(units, "CC-Time"));
}

static void finish(struct call *call, int is_refused)
{
	pthread_mutex_lock(&mutex);
	tally.open--;
	if (is_refused) tally.refused++;
	else tally.completed++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	free(call);
}

static void answered(void *data, struct msg **answer);

static void send_next(struct call *call)
{
	struct msg *request = NULL;
	if (build(call, &request) || fd_msg_send(&request, answered, call)) finish(call, 1);
}

static void answered(void *data, struct msg **answer)
{
	struct call *call = data;
	uint32_t result = number_in(child(*answer, "Result-Code"));
	pthread_mutex_lock(&mutex);
	tally.answers++;
	tally.granted_s += granted_s(*answer);
	if (call->number == 0) /* the server's own requests come while the session is under way */
		while (tally.re_auths + tally.aborts < settings.await) pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	fd_msg_free(*answer);
	*answer = NULL;
	if (result != 2001) finish(call, 1);
	else if (type_of(call) == TERMINATION) finish(call, 0);
	else {
		call->number++;
		send_next(call);
	}
}

/* Answers what the server asks of a session: 2002 to a Re-Auth-Request, 2001 to an Abort-Session-Request. */
static int asked(struct msg **message, struct avp *avp, struct session *unused, void *data, enum disp_action *action)
{
	struct msg_hdr *header;
	int is_re_auth;
	(void)avp; (void)unused; (void)data;
	CHECK_FCT(fd_msg_hdr(*message, &header));
	if (!(header->msg_flags & CMD_FLAG_REQUEST)) return 0;
	is_re_auth = header->msg_code == 258;
	CHECK_FCT(fd_msg_new_answer_from_req(fd_g_config->cnf_dict, message, 0));
	CHECK_FCT(fd_msg_rescode_set(*message, is_re_auth ? "DIAMETER_LIMITED_SUCCESS" : "DIAMETER_SUCCESS", NULL, NULL, 1));
	*action = DISP_ACT_SEND;
	pthread_mutex_lock(&mutex);
	if (is_re_auth) tally.re_auths++;
	else tally.aborts++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	return 0;
}

static int is_connected(void)
{
	struct fd_list *link;
	int is_open = 0;
	pthread_rwlock_rdlock(&fd_g_peers_rw);
	for (link = fd_g_peers.next; link != &fd_g_peers; link = link->next)
		is_open |= fd_peer_get_state((struct peer_hdr *)link->o) == STATE_OPEN;
	pthread_rwlock_unlock(&fd_g_peers_rw);
	return is_open;
}

static void *run(void *unused)
{
	int started, tries;
	(void)unused;
	fd_log_threadname("credit-control-peer");
	fd_core_waitstartcomplete();
	for (tries = 0; tries < 200 && !is_connected(); tries++) usleep(50000);
	for (started = 0; started < settings.sessions; started++) {
		struct call *call = calloc(1, sizeof *call);
		snprintf(call->id, sizeof call->id, "%s;%u;%d", fd_g_config->cnf_diamid, (unsigned)time(NULL), started);
		pthread_mutex_lock(&mutex);
		while (tally.open >= settings.window) pthread_cond_wait(&changed, &mutex);
		tally.open++;
		pthread_mutex_unlock(&mutex);
		send_next(call);
	}
	pthread_mutex_lock(&mutex);
	while (tally.open > 0) pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	printf("{\"completed\":%d,\"refused\":%d,\"answers\":%d,\"grantedS\":%llu,\"reAuths\":%d,\"aborts\":%d}\n",
		tally.completed, tally.refused, tally.answers, (unsigned long long)tally.granted_s, tally.re_auths, tally.aborts);
	fflush(stdout);
	fd_core_shutdown();
	return NULL;
}

static int find_avp(const char *name, struct dict_object **model)
{
	return fd_dict_search(fd_g_config->cnf_dict, DICT_AVP, AVP_BY_NAME, name, model, ENOENT);
}

static int find_models(void)
{
	struct { const char *name; struct dict_object **model; } avps[] = {
		{ "Session-Id", &dict.session_id }, { "Destination-Realm", &dict.destination_realm },
		{ "Auth-Application-Id", &dict.auth_application_id }, { "Service-Context-Id", &dict.service_context_id },
		{ "CC-Request-Type", &dict.request_type }, { "CC-Request-Number", &dict.request_number },
		{ "Event-Timestamp", &dict.event_timestamp }, { "Result-Code", &dict.result_code },
		{ "Subscription-Id", &dict.subscription_id }, { "Subscription-Id-Type", &dict.subscription_id_type },
		{ "Subscription-Id-Data", &dict.subscription_id_data }, { "Rating-Group", &dict.rating_group },
		{ "Multiple-Services-Credit-Control", &dict.multiple_services }, { "CC-Time", &dict.time },
		{ "Requested-Service-Unit", &dict.requested_units }, { "Used-Service-Unit", &dict.used_units },
	};
	size_t at;
	for (at = 0; at < sizeof avps / sizeof *avps; at++) CHECK_FCT(find_avp(avps[at].name, avps[at].model));
	return fd_dict_search(fd_g_config->cnf_dict, DICT_COMMAND, CMD_BY_NAME, "Credit-Control-Request", &dict.request, ENOENT);
}

static int listen_to(const char *command, struct dict_object *application)
{
	struct disp_when when = { .app = application };
	CHECK_FCT(fd_dict_search(fd_g_config->cnf_dict, DICT_COMMAND, CMD_BY_NAME, command, &when.command, ENOENT));
	return fd_disp_register(asked, DISP_HOW_CC, &when, NULL, NULL);
}

static int entry(char *configuration)
{
	application_id_t id = 4;
	struct dict_object *application;
	if (configuration == NULL || sscanf(configuration, "%d %d %d %127s %d", &settings.sessions, &settings.window,
			&settings.updates, settings.realm, &settings.await) != 5) return EINVAL;
	CHECK_FCT(find_models());
	CHECK_FCT(fd_dict_search(fd_g_config->cnf_dict, DICT_APPLICATION, APPLICATION_BY_ID, &id, &application, ENOENT));
	CHECK_FCT(fd_disp_app_support(application, NULL, 1, 0));
	CHECK_FCT(listen_to("Re-Auth-Request", application));
	CHECK_FCT(listen_to("Abort-Session-Request", application));
	return pthread_create(&runner, NULL, run, NULL);
}

void fd_ext_fini(void) {}

EXTENSION_ENTRY("credit-control-peer", entry, "dict_dcca");
