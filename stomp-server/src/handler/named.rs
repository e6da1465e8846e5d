//! Components that the application names: built once, in order, and shared by type.

use std::{
    any::{TypeId, type_name},
    fmt, panic,
    sync::Arc,
};

use super::{
    component::Component,
    problem::Place,
    route::Location,
    services::{Context, Requirements},
};

/// A component that was named to the builder, not made yet.
pub(crate) struct NamedComponent {
    pub(crate) id: TypeId,
    pub(crate) place: Place,
    pub(crate) requirements: fn(&mut Requirements),
    make: fn(&mut Context),
}

impl NamedComponent {
    /// `at` is where the application names it.
    pub(crate) fn new<T: Component>(at: &'static panic::Location<'static>) -> Self {
        Self {
            id: TypeId::of::<T>(),
            place: Place {
                name: type_name::<T>(),
                location: Location::new(at.file(), at.line(), at.column()),
            },
            requirements: T::requirements,
            make: |context| {
                let made = Arc::new(T::build(context));
                context.insert(made);
            },
        }
    }

    /// Makes it and shares it. Its requirements are met.
    pub(crate) fn make(&self, context: &mut Context) {
        (self.make)(context);
    }
}

impl fmt::Debug for NamedComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NamedComponent").field(&self.place.name).finish()
    }
}
