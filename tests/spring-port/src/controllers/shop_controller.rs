//! `ShopController.java`, with the method of `ShopGreeting.java`: a mapped method stands in the controller's own block.

use stomp_server::prelude::*;

/// Patterns on the class and on the method.
#[derive(Debug, Component)]
pub(crate) struct ShopController;

#[controller("/shop", "/branch/{city}/shop")]
impl ShopController {
    /// No pattern of its own: exactly the class's.
    #[message_mapping]
    #[send_to("/topic/shop")]
    fn visit(&self, #[header] lookup_destination: String) -> String {
        format!("visit {lookup_destination}")
    }

    #[message_mapping("/open", "close/*")]
    #[send_to("/topic/shop")]
    fn door(&self, #[header] lookup_destination: String) -> String {
        format!("door {lookup_destination}")
    }

    /// Only below a city.
    #[message_mapping("/order/{id}")]
    #[send_to("/topic/shop")]
    fn order(&self, city: Option<String>, id: i64) -> String {
        format!("order {id} in {}", city.as_deref().unwrap_or("no city"))
    }

    #[message_mapping("/greet")]
    #[send_to("/topic/shop")]
    fn greet(&self, Payload(name): Payload<String>) -> String {
        format!("hello {name}")
    }
}
