//! What one step does.

use serde_json::{Value, json};

use super::{
    http::{self, Asked},
    run::{PATIENCE, Run},
    wire::Wire,
};

/// Where the recorded server stood: origins are compared with it, whatever port the replay's server has.
const HOST: &str = "127.0.0.1:8081";

impl Run<'_> {
    /// Does what the step says; gives what is answered at once.
    pub(crate) async fn act(&mut self, step: &Value) -> Value {
        let name = |kind: &str| step[kind].as_str().unwrap_or_default().to_owned();
        match step {
            _ if step.get("open").is_some() => self.open(&name("open"), step).await,
            _ if step.get("frame").is_some() => {
                let text = self.filled(&frame(step));
                self.wire(&name("frame")).text(&text).await;
                json!({})
            }
            _ if step.get("text").is_some() => {
                let data = step["data"].as_str().unwrap_or_default();
                self.wire(&name("text")).text(data).await;
                json!({})
            }
            _ if step.get("binary").is_some() => {
                let octets = octets(step["hex"].as_str().unwrap_or_default());
                self.wire(&name("binary")).binary(&octets).await;
                json!({})
            }
            _ if step.get("close").is_some() => {
                let code = step["code"].as_u64().unwrap_or(1000);
                let wire = self.wire(&name("close"));
                wire.close(u16::try_from(code).expect("a close code")).await;
                self.desk.pump(PATIENCE, |_| !wire.is_open()).await;
                json!({})
            }
            _ if step.get("drop").is_some() => {
                let wire = self.wires.remove(&name("drop")).expect("the connection is open");
                wire.reset().await;
                json!({})
            }
            _ if step.get("http").is_some() => json!({"http": self.http(&name("http"), step).await}),
            _ if step.get("wait").is_some() => {
                let millis = step["wait"].as_u64().unwrap_or_default();
                tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
                json!({})
            }
            _ => panic!("{}: no such step: {step}", self.scenario.label),
        }
    }

    async fn open(&mut self, name: &str, step: &Value) -> Value {
        let path = self.filled(step["path"].as_str().unwrap_or("/ws"));
        let mut request = format!(
            "GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        );
        let protocols = match &step["protocols"] {
            Value::Null => vec!["v12.stomp".to_owned()],
            list => texts(list),
        };
        if !protocols.is_empty() {
            request += &format!("Sec-WebSocket-Protocol: {}\r\n", protocols.join(", "));
        }
        for (name, value) in pairs(&step["headers"]) {
            request += &format!("{name}: {value}\r\n");
        }
        request += "\r\n";
        let opened = Wire::open(self.address, &request, name, &self.desk).await;
        let head = &opened.head;
        let mut handshake = json!({"status": head.status, "protocol": head.get("sec-websocket-protocol")});
        for name in texts(&step["keep"]) {
            handshake[&name] = head.get(&name).into();
        }
        if let Some(wire) = opened.wire {
            self.wires.insert(name.to_owned(), wire);
        }
        json!({"handshake": handshake})
    }

    async fn http(&self, method: &str, step: &Value) -> Value {
        let path = self.filled(step["path"].as_str().unwrap_or_default());
        let body = self.filled(step["body"].as_str().unwrap_or_default());
        let keep = match &step["keep"] {
            Value::Null => vec!["content-type".to_owned()],
            list => texts(list),
        };
        let asked = Asked {
            method,
            path: &path,
            body: &body,
            headers: pairs(&step["headers"]),
            keep,
        };
        http::request(self.address, HOST, asked).await
    }

    fn wire(&self, name: &str) -> &Wire {
        self.wires
            .get(name)
            .unwrap_or_else(|| panic!("{}: no connection {name}", self.scenario.label))
    }
}

fn frame(step: &Value) -> String {
    let mut text = format!("{}\n", step["command"].as_str().unwrap_or_default());
    for (name, value) in pairs(&step["headers"]) {
        text += &format!("{name}:{value}\n");
    }
    text + "\n" + step["body"].as_str().unwrap_or_default() + "\0"
}

fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten();
    texts
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

pub(crate) fn pairs(list: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = list.as_array().into_iter().flatten();
    pairs.map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let octet = |two: &[u32]| u8::try_from(two[0] * 16 + two[1]).expect("two digits");
    digits.chunks_exact(2).map(octet).collect()
}
