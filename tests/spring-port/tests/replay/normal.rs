//! What a server may choose freely, written alike; and what a comparison leaves out.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{
    suite::Scenario,
    text::{dumps, squeeze},
};

/// The events of one connection in one step, as they are written down.
pub(crate) fn events(
    events: &[Value],
    step: &Value,
    scenario: &Scenario,
    kept: &HashSet<String>,
) -> Vec<Value> {
    let mut out = Vec::new();
    for event in events {
        let beat = event.get("heartbeat").is_some();
        if beat && (step["beats"] != true || out.contains(event)) {
            continue;
        }
        out.push(normal(event, kept));
    }
    if scenario.unordered || step["unordered"] == true {
        out.sort_by_key(dumps);
    }
    out
}

fn normal(event: &Value, kept: &HashSet<String>) -> Value {
    let mut event = event.clone();
    let headers = event.get_mut("headers").and_then(Value::as_array_mut);
    for header in headers.into_iter().flatten() {
        let value = header[1].as_str().unwrap_or_default();
        let free = match header[0].as_str() {
            Some("message-id") if !kept.contains(value) => Some("<free>".to_owned()),
            Some("message") => value
                .split_once(r"Unknown session\c ")
                .map(|(before, _)| format!(r"{before}Unknown session\c <free>")),
            _ => None,
        };
        if let Some(free) = free {
            header[1] = free.into();
        }
    }
    if let Some(Value::String(body)) = event.get_mut("body") {
        *body = squeeze(body);
    }
    event
}

/// The response to a plain request, as it is written down.
pub(crate) fn page(mut http: Value, scenario: &Scenario) -> Value {
    if scenario.unordered_http {
        for value in http["headers"]
            .as_object_mut()
            .into_iter()
            .flat_map(|headers| headers.values_mut())
        {
            let mut parts: Vec<_> = value
                .as_str()
                .unwrap_or_default()
                .split(',')
                .map(str::trim)
                .collect();
            parts.sort_unstable();
            *value = parts.join(", ").into();
        }
        let body = http["body"].as_str().unwrap_or_default();
        if let Ok(Value::Array(mut items)) = serde_json::from_str(body) {
            items.sort_by_key(dumps);
            http["body"] = dumps(&items.into()).into();
        }
    }
    http
}

/// An answer without the values that its scenario declares free, without the order of headers, and without the order of
/// events where there is none.
pub(crate) fn comparable(answer: &Value, step: &Value, scenario: &Scenario) -> Value {
    let free = |name: &str| scenario.free.iter().any(|free| free == name);
    let unordered = scenario.unordered || step["unordered"] == true;
    let mut answer = answer.clone();
    let connections = answer.get_mut("got").and_then(Value::as_object_mut);
    for events in connections.into_iter().flat_map(|got| got.values_mut()) {
        let Some(events) = events.as_array_mut() else {
            continue;
        };
        for event in &mut *events {
            if event.get("reason").is_some() && free("reason") {
                event["reason"] = json!("<free>");
            }
            if let Some(headers) = event.get_mut("headers").and_then(Value::as_array_mut) {
                for header in &mut *headers {
                    if free(header[0].as_str().unwrap_or_default()) {
                        header[1] = json!("<free>");
                    }
                }
                headers.sort_by_key(|header| header[0].as_str().map(str::to_owned));
            }
        }
        if unordered {
            events.sort_by_key(dumps);
        }
    }
    answer
}
