//! The handlers: positions, trades, and what goes wrong with them.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use stomp_server::prelude::*;

use crate::portfolio::{Action, Portfolios, Position, Trade, TradeError};

/// How long the exchange takes to confirm a trade.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConfirmAfter(pub(crate) Duration);

#[derive(Component)]
pub(crate) struct TradingController {
    portfolios: Arc<Portfolios>,
    confirm_after: Arc<ConfirmAfter>,
    template: SimpMessagingTemplate,
}

/// A trade that was carried out.
#[derive(Debug, Serialize)]
struct Confirmation {
    action: Action,
    traded: u32,
    position: Position,
}

#[controller]
impl TradingController {
    /// Answered once, to the subscription that asks.
    #[subscribe_mapping("/positions")]
    async fn positions(&self, user: Principal) -> Vec<Position> {
        self.portfolios.positions(user.name())
    }

    /// The session says whose trade it is, never the payload. Later trades need not wait for the confirmation.
    #[message_mapping("/trade")]
    async fn trade(&self, user: Principal, Payload(trade): Payload<Trade>) -> Result<(), TradeError> {
        let position = self.portfolios.trade(user.name(), &trade)?;
        let confirmation = Confirmation {
            action: trade.action,
            traded: trade.shares,
            position,
        };
        let (template, wait) = (self.template.clone(), self.confirm_after.0);
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            let sent =
                template.convert_and_send_to_user(user.name(), "/queue/position-updates", &confirmation);
            if let Err(error) = sent {
                tracing::error!(%error, "a trade was not confirmed");
            }
        });
        Ok(())
    }

    /// Told to the tab that asked, and to no other.
    #[message_exception_handler]
    #[send_to_user("/queue/errors", broadcast = false)]
    async fn refused(&self, error: &TradeError) -> String {
        error.to_string()
    }

    /// All else: a payload that is no trade, for example.
    #[message_exception_handler]
    #[send_to_user("/queue/errors", broadcast = false)]
    async fn failed(&self, error: &HandlerError) -> String {
        error.client_message().into_owned()
    }
}
