//! Values that an application keeps with a session.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

type Value = Box<dyn Any + Send + Sync>;

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Type(TypeId),
    Name(Box<str>),
}

/// Typed and named attributes. Nothing is allocated before the first one.
#[derive(Default)]
pub(crate) struct Attributes(Mutex<Held>);

/// Boxed, because most sessions have none and every octet of an idle one counts.
type Held = Option<Box<HashMap<Key, Value>>>;

impl Attributes {
    pub(crate) fn insert<T: Send + Sync + 'static>(&self, value: T) {
        self.put(Key::Type(TypeId::of::<T>()), Box::new(value));
    }

    pub(crate) fn get<T: Clone + 'static>(&self) -> Option<T> {
        self.copy(&Key::Type(TypeId::of::<T>()))
    }

    pub(crate) fn remove<T: Clone + 'static>(&self) -> Option<T> {
        let value = self.lock().as_mut()?.remove(&Key::Type(TypeId::of::<T>()))?;
        value.downcast().ok().map(|value| *value)
    }

    pub(crate) fn set_named<T: Send + Sync + 'static>(&self, name: &str, value: T) {
        self.put(Key::Name(name.into()), Box::new(value));
    }

    pub(crate) fn named<T: Clone + 'static>(&self, name: &str) -> Option<T> {
        self.copy(&Key::Name(name.into()))
    }

    fn put(&self, key: Key, value: Value) {
        self.lock().get_or_insert_default().insert(key, value);
    }

    fn copy<T: Clone + 'static>(&self, key: &Key) -> Option<T> {
        self.lock().as_ref()?.get(key)?.downcast_ref().cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // A panic while cloning a user's value leaves the map whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attributes")
            .field("len", &self.lock().as_ref().map_or(0, |map| map.len()))
            .finish()
    }
}
