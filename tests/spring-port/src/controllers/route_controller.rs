//! `RouteController.java`

use stomp_server::prelude::*;

/// Destinations, patterns, variables.
#[derive(Debug, Component)]
pub(crate) struct RouteController;

#[controller]
impl RouteController {
    #[message_mapping("/multi/a", "/multi/b")]
    #[send_to("/topic/multi/1", "/topic/multi/2")]
    fn multi(&self, Payload(text): Payload<String>) -> String {
        text
    }

    #[message_mapping("/var/{roomId}/user/{n}")]
    #[send_to("/topic/var/{roomId}")]
    fn variables(
        &self,
        room_id: String,
        #[destination_variable("n")] number: i32,
        Payload(text): Payload<String>,
    ) -> String {
        format!("{room_id}:{}:{text}", number.wrapping_add(1))
    }

    #[message_mapping("/regex/{id:[0-9]+}")]
    #[send_to("/topic/regex")]
    fn regex(&self, id: String) -> String {
        format!("digits {id}")
    }

    #[message_mapping("/regex/{name:[a-z]+}")]
    #[send_to("/topic/regex")]
    fn regex_letters(&self, name: String) -> String {
        format!("letters {name}")
    }

    #[message_mapping("/tie/{name}")]
    #[send_to("/topic/tie")]
    fn tie_name(&self, name: String) -> String {
        format!("name {name}")
    }

    #[message_mapping("/longer/{a}")]
    #[send_to("/topic/longer")]
    fn longer_list(&self, Payload(_): Payload<String>) -> &'static str {
        "two patterns"
    }

    #[message_mapping("/overlap/two")]
    #[send_to("/topic/overlap")]
    fn overlap_both(&self, Payload(_): Payload<String>) -> &'static str {
        "both"
    }

    #[message_mapping("/ant/*/tail")]
    #[send_to("/topic/ant")]
    fn ant_star(&self, Payload(text): Payload<String>) -> String {
        format!("star {text}")
    }

    #[message_mapping("/ant/**")]
    #[send_to("/topic/ant")]
    fn ant_double(&self, Payload(text): Payload<String>) -> String {
        format!("double {text}")
    }

    #[message_mapping("/ant/fixed/tail")]
    #[send_to("/topic/ant")]
    fn ant_exact(&self, Payload(text): Payload<String>) -> String {
        format!("exact {text}")
    }

    #[message_mapping("/ant/q?z/tail")]
    #[send_to("/topic/ant")]
    fn ant_question(&self, Payload(text): Payload<String>) -> String {
        format!("question {text}")
    }

    #[message_mapping("/ant/{name}/end")]
    #[send_to("/topic/ant")]
    fn ant_variable(&self, name: String) -> String {
        format!("variable {name}")
    }

    #[message_mapping("/ant/pre*/tail")]
    #[send_to("/topic/ant")]
    fn ant_prefix(&self, Payload(text): Payload<String>) -> String {
        format!("prefix {text}")
    }

    #[message_mapping("/ant/**/last")]
    #[send_to("/topic/ant")]
    fn ant_middle(&self, Payload(text): Payload<String>) -> String {
        format!("middle {text}")
    }

    #[message_mapping("/file/{name}.{ext}")]
    #[send_to("/topic/file")]
    fn file(&self, name: String, ext: String) -> String {
        format!("{name} as {ext}")
    }

    #[message_mapping("/dir/{name}/**")]
    #[send_to("/topic/dir")]
    fn dir(&self, name: String) -> String {
        format!("in {name}")
    }

    #[message_mapping("no-leading/{id}")]
    #[send_to("/topic/no-leading")]
    fn no_leading(&self, id: String) -> String {
        id
    }

    #[message_mapping("/{odd:odd\\{name}/x")]
    #[send_to("/topic/odd")]
    fn not_a_pattern(&self, Payload(text): Payload<String>) -> String {
        format!("literal {text}")
    }

    #[message_mapping("/place/${oracle.place}")]
    #[send_to("/topic/place")]
    fn place(&self, Payload(text): Payload<String>) -> String {
        text
    }

    #[message_mapping("/kinds/{n}")]
    #[send_to("/topic/kinds")]
    fn kind_send(&self, n: String) -> String {
        format!("send {n}")
    }

    #[subscribe_mapping("/kinds/{n}")]
    fn kind_subscribe(&self, n: String) -> String {
        format!("subscribe {n}")
    }

    #[message_mapping("/twice")]
    #[subscribe_mapping("/twice")]
    fn both_annotations(&self) -> &'static str {
        "which?"
    }

    #[subscribe_mapping("/literal/{n}")]
    fn literal_pattern(&self, n: String) -> String {
        format!("pattern {n}")
    }

    /// A literal of the other kind hides nothing.
    #[message_mapping("/literal/send")]
    #[send_to("/topic/literal")]
    fn literal_send(&self, Payload(text): Payload<String>) -> String {
        format!("literal {text}")
    }
}
