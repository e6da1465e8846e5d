//! One scenario, once, against a server of its own.

use std::{
    collections::{BTreeMap, HashSet},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use stomp_server::ServerHandle;
use tokio::time::Instant;

use super::{
    normal,
    step::pairs,
    suite::Scenario,
    text::dumps,
    wire::{Desk, Got, Wire},
};

/// How long anything may take that is sure to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// How long an answer may come behind the end of all work: none does, unless time is what brings it.
const LATE: Duration = Duration::from_millis(500);

/// A scenario under way.
pub(crate) struct Run<'s> {
    pub(crate) scenario: &'s Scenario,
    pub(crate) address: SocketAddr,
    pub(crate) desk: Arc<Desk>,
    pub(crate) wires: BTreeMap<String, Wire>,
    server: ServerHandle,
    /// A fresh word, for `{sid}`.
    sid: String,
    /// Ids of messages that clients give.
    kept: HashSet<String>,
}

impl<'s> Run<'s> {
    /// Plays a scenario: one answer for each step. `expected` says what to wait for.
    pub(crate) async fn play(scenario: &'s Scenario, expected: &[Value]) -> Vec<Value> {
        let bound = spring_port::bind(scenario.profile, "127.0.0.1:0")
            .await
            .unwrap_or_else(|error| panic!("{} does not start: {error}", scenario.profile));
        let (address, server) = (bound.local_addr().expect("bound"), bound.handle());
        let serving = tokio::spawn(bound.serve());
        let headers = scenario.steps.iter().flat_map(|step| pairs(&step["headers"]));
        let kept = headers.filter(|(name, _)| name == "message-id");
        let mut run = Self {
            scenario,
            address,
            desk: Arc::default(),
            wires: BTreeMap::new(),
            sid: format!("sid{}", address.port()),
            kept: kept.map(|(_, value)| value).collect(),
            server,
        };
        let mut answers = Vec::new();
        for (step, expected) in scenario.steps.iter().zip(expected) {
            answers.push(run.step(step, expected).await);
        }
        run.server.shutdown();
        drop(run);
        // What it may still wait for has nothing to do with the scenario.
        serving.abort();
        answers
    }

    pub(crate) fn filled(&self, text: &str) -> String {
        text.replace("{sid}", &self.sid)
    }

    async fn step(&mut self, step: &Value, expected: &Value) -> Value {
        self.desk.got().clear();
        let mut answer = self.act(step).await;
        if let Some(until) = step["until"].as_str()
            && dumps(expected).contains(until)
        {
            let name = step.as_object().and_then(|step| {
                let kinds = ["open", "frame", "text", "binary", "close", "wait"];
                kinds.iter().find_map(|kind| step.get(*kind)?.as_str())
            });
            let name = name.unwrap_or_default();
            let holds = |event: &Value| dumps(event).contains(until);
            self.desk
                .pump(PATIENCE, |got| {
                    got.get(name).is_some_and(|events| events.iter().any(holds))
                })
                .await;
        }
        self.settle().await;
        let wanted = |name: &str| expected["got"][name].as_array().map_or(0, Vec::len);
        let names: Vec<_> = self.wires.keys().cloned().collect();
        self.desk
            .pump(LATE, |got| {
                let clean = self.clean(got, step);
                names
                    .iter()
                    .all(|name| clean.get(name).map_or(0, Vec::len) >= wanted(name))
            })
            .await;
        let mut got = self.clean(&self.desk.got(), step);
        got.retain(|_, events| !events.is_empty());
        if !got.is_empty() {
            answer["got"] = json!(got);
        }
        if let Some(http) = answer.get_mut("http") {
            *http = normal::page(http.take(), self.scenario);
        }
        let text = answer.to_string().replace(&self.sid, "{sid}");
        serde_json::from_str(&text).expect("it was JSON before")
    }

    fn clean(&self, got: &Got, step: &Value) -> Got {
        let clean = |events: &Vec<Value>| normal::events(events, step, self.scenario, &self.kept);
        got.iter()
            .map(|(name, events)| (name.clone(), clean(events)))
            .collect()
    }

    /// Returns when everything sent so far has been worked off and everything answered has been read.
    ///
    /// A pong comes after the server has taken all earlier frames of that wire; then the server's own word that nothing
    /// is left; then another pong, behind the last answer.
    async fn settle(&self) {
        self.pongs().await;
        let until = Instant::now() + PATIENCE;
        loop {
            let now = spring_port::idle(&self.server);
            let open = self.wires.values().filter(|wire| wire.is_open()).count();
            if now.pending == 0 && now.open == open {
                break;
            }
            assert!(
                Instant::now() < until,
                "{}: the server is still busy: {now:?}, {open} sockets are open",
                self.scenario.label
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.pongs().await;
    }

    async fn pongs(&self) {
        let mut asked = Vec::new();
        for wire in self.wires.values().filter(|wire| wire.is_open()) {
            asked.push((wire, wire.pongs() + 1));
            wire.ping().await;
        }
        let all = |_: &Got| {
            asked
                .iter()
                .all(|(wire, pongs)| wire.pongs() >= *pongs || !wire.is_open())
        };
        self.desk.pump(PATIENCE, all).await;
    }
}
