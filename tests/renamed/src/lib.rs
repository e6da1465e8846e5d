//! The attributes find `stomp-server` under whatever name a program's manifest gives it.

use real_time::{Component, Controller, SimpMessagingTemplate, controller, message_mapping};

/// A controller; that it compiles is the test.
#[derive(Debug, Component)]
pub struct Clock {
    template: SimpMessagingTemplate,
}

#[controller("/clock")]
impl Clock {
    #[message_mapping("/{zone}")]
    async fn time(&self, zone: String) -> String {
        format!("{zone}: {:?}", self.template)
    }
}

#[message_mapping("/ping")]
async fn ping() {}

/// The number of routes.
#[must_use]
pub fn routes() -> usize {
    Clock::ROUTES.len() + usize::from(ping::ROUTES.name == "ping")
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_are_registered() {
        assert_eq!(super::routes(), 2);
    }
}
