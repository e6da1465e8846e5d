//! Types that the application builds by itself.

use super::services::{Context, Requirements};

/// A value that can be injected into the field of a component: `Arc<T>`, `State<T>`, the template, the
/// registry of users.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be injected into a component",
    label = "not injectable",
    note = "inject a shared value as `Arc<{Self}>` and register it with `manage`",
    note = "or mark the field `#[component(default)]` or `#[component(with = path)]`"
)]
pub trait FromContext: Sized {
    /// Says which values the application must have.
    fn requirements(requirements: &mut Requirements) {
        let _ = requirements;
    }

    /// Takes the value from the application's state; its requirements are met.
    fn from_context(context: &Context) -> Self;
}

/// A type that the application can build by itself, once, when it is built. Derive it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has a `#[controller]` block but the application does not know how to build it",
    label = "not a component",
    note = "derive it: `#[derive(Component)]`",
    note = "or build it yourself: `#[controller(..., manual)]` and `.controller(value)` on the builder"
)]
pub trait Component: Sized + Send + Sync + 'static {
    /// Says which values the application must have.
    fn requirements(requirements: &mut Requirements) {
        let _ = requirements;
    }

    /// Builds the component; its requirements are met.
    fn build(context: &Context) -> Self;
}
