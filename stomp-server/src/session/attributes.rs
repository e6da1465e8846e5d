//! Values that an application keeps with a session.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Shared, so that it is cloned and dropped outside the lock: both run the application's code.
type Value = Arc<dyn Any + Send + Sync>;

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
        self.put(Key::Type(TypeId::of::<T>()), Arc::new(value));
    }

    pub(crate) fn get<T: Clone + 'static>(&self) -> Option<T> {
        self.copy(&Key::Type(TypeId::of::<T>()))
    }

    /// Keeps `value` unless there is one of its type; gives a copy of the one that is kept.
    pub(crate) fn insert_if_absent<T: Clone + Send + Sync + 'static>(&self, value: T) -> T {
        let made: Value = Arc::new(value);
        let kept = {
            let mut held = self.lock();
            let place = held.get_or_insert_default().entry(Key::Type(TypeId::of::<T>()));
            Arc::clone(place.or_insert_with(|| Arc::clone(&made)))
        };
        kept.downcast_ref()
            .cloned()
            .expect("what is kept under a type is of that type")
    }

    pub(crate) fn remove<T: Clone + 'static>(&self) -> Option<T> {
        let value = self.lock().as_mut()?.remove(&Key::Type(TypeId::of::<T>()));
        value?.downcast_ref().cloned()
    }

    pub(crate) fn set_named<T: Send + Sync + 'static>(&self, name: &str, value: T) {
        self.put(Key::Name(name.into()), Arc::new(value));
    }

    pub(crate) fn named<T: Clone + 'static>(&self, name: &str) -> Option<T> {
        self.copy(&Key::Name(name.into()))
    }

    pub(crate) fn remove_named(&self, name: &str) -> bool {
        let removed = self
            .lock()
            .as_mut()
            .and_then(|held| held.remove(&Key::Name(name.into())));
        removed.is_some()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let name = |key: &Key| match key {
            Key::Name(name) => Some(name.to_string()),
            Key::Type(_) => None,
        };
        let mut names: Vec<_> = self
            .lock()
            .iter()
            .flat_map(|held| held.keys())
            .filter_map(name)
            .collect();
        names.sort_unstable();
        names
    }

    /// Drops all values, each for itself: the panic of one does not keep the next.
    pub(crate) fn clear(&self) {
        let values = self
            .lock()
            .take()
            .map(|held| held.into_values())
            .into_iter()
            .flatten();
        for value in values {
            if catch_unwind(AssertUnwindSafe(|| drop(value))).is_err() {
                tracing::error!("a session attribute panicked when it was dropped");
            }
        }
    }

    fn put(&self, key: Key, value: Value) {
        let earlier = self.lock().get_or_insert_default().insert(key, value);
        drop(earlier);
    }

    fn copy<T: Clone + 'static>(&self, key: &Key) -> Option<T> {
        let value = self.lock().as_ref()?.get(key).cloned();
        value?.downcast_ref().cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // Nothing of the application's runs under the lock.
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
