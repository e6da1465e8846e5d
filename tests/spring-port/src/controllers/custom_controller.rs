//! `CustomController.java`, with the argument and the return value of `CustomConfig.java`.

use stomp_server::{ArgSpec, FromMessage, MessageContext, Rejection, prelude::*};

use crate::note::Note;

/// Uses what the profile `custom` adds.
///
/// `manual`: that profile adds it, as `@Profile` says.
#[derive(Debug)]
pub(crate) struct CustomController;

#[controller("/custom", manual)]
impl CustomController {
    #[message_mapping("/tenant")]
    #[send_to("/topic/custom")]
    fn tenant(&self, tenant: Tenant, Payload(text): Payload<String>) -> String {
        format!("{} says {text}", tenant.0)
    }

    /// Spring asks an object of the configuration to send it; here the value sends itself.
    #[message_mapping("/for-tenant")]
    fn for_tenant(
        &self,
        Tenant(tenant): Tenant,
        Payload(text): Payload<String>,
        template: SimpMessagingTemplate,
    ) -> Result<(), SendError> {
        ForTenant { tenant, text }.send(&template)
    }

    #[message_mapping("/note")]
    #[send_to("/topic/custom")]
    fn note(&self, Payload(note): Payload<Note>) -> Note {
        note
    }

    #[message_mapping("/where")]
    #[send_to("/topic/custom")]
    fn r#where(&self, #[header] lookup_destination: String) -> String {
        lookup_destination
    }
}

/// What the application made of the client: the frame's tenant header.
#[derive(Debug)]
struct Tenant(String);

/// `TenantResolver`
impl FromMessage for Tenant {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(Self(cx.header("x-tenant").unwrap_or("null").to_owned()))
    }
}

/// A return value that is broadcast to one tenant.
#[derive(Debug)]
struct ForTenant {
    tenant: String,
    text: String,
}

impl ForTenant {
    /// `ForTenantHandler`
    fn send(&self, template: &SimpMessagingTemplate) -> Result<(), SendError> {
        template.convert_and_send(format!("/topic/tenant/{}", self.tenant), &self.text)
    }
}
