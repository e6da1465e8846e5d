//! What handlers are given that does not come from the message: state, converters, the template.

use std::{
    any::{Any, TypeId, type_name},
    borrow::Cow,
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
};

use super::{
    extract::InvalidValue,
    problem::{BuildProblem, Place},
    properties::{Properties, PropertyError},
    route::ArgSpec,
};
use crate::{SimpMessagingTemplate, convert::Converters};

type Value = Arc<dyn Any + Send + Sync>;

/// The application's shared values, one for each type.
///
/// The type may be unsized: a value kept as `dyn Store` is asked for as `Arc<dyn Store>`.
#[derive(Default, Clone)]
pub struct Context {
    values: HashMap<TypeId, (&'static str, Value)>,
}

impl Context {
    /// Keeps `value` under the type `T`, in place of an earlier one of that type.
    pub fn insert<T: ?Sized + Send + Sync + 'static>(&mut self, value: Arc<T>) {
        self.values
            .insert(TypeId::of::<T>(), (type_name::<T>(), Arc::new(value)));
    }

    /// The value kept under the type `T`.
    #[must_use]
    pub fn get<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let (_, value) = self.values.get(&TypeId::of::<T>())?;
        value.downcast_ref::<Arc<T>>().cloned()
    }

    pub(crate) fn contains(&self, id: TypeId) -> bool {
        self.values.contains_key(&id)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut types: Vec<_> = self.values.values().map(|(name, _)| name).collect();
        types.sort_unstable();
        f.debug_set().entries(types).finish()
    }
}

/// What routes and components need from the [`Context`]; collected while the application is built, so that a missing
/// value is found before the first message.
#[derive(Debug, Default)]
pub struct Requirements {
    needs: Vec<Requirement>,
    headers: Vec<DeclaredHeader>,
}

/// A header argument with a default or placeholders, and whether a text can be read as its type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeclaredHeader {
    pub(crate) arg: &'static ArgSpec,
    pub(crate) reads: fn(&str) -> Result<(), InvalidValue>,
}

/// One type that must be in the [`Context`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Requirement {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

impl DeclaredHeader {
    /// What is wrong with it; `handler` is who takes the argument. What its texts come to is kept in `texts`.
    pub(crate) fn problem(
        self,
        properties: &Properties,
        handler: Place,
        texts: &mut Texts,
    ) -> Option<BuildProblem> {
        let malformed = |error: PropertyError| BuildProblem::Malformed {
            reason: format!("argument `{}`: {error}", self.arg.name),
            handler,
        };
        let mut resolve = |text: &'static str| -> Result<_, PropertyError> {
            let resolved = properties.resolve(text)?;
            if let Cow::Owned(resolved) = &resolved {
                texts.insert(text, resolved.clone());
            }
            Ok(resolved)
        };
        if let Err(error) = resolve(self.arg.rename.unwrap_or_default()) {
            return Some(malformed(error));
        }
        let default = match resolve(self.arg.default?) {
            Ok(default) => default,
            Err(error) => return Some(malformed(error)),
        };
        let error = (self.reads)(&default).err()?;
        Some(BuildProblem::HeaderDefault {
            default: default.into_owned(),
            argument: self.arg.name,
            reason: error.reason(),
            handler,
        })
    }
}

impl Requirements {
    /// Says that a value of type `T` must be there.
    pub fn state<T: ?Sized + 'static>(&mut self) {
        self.needs.push(Requirement {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
        });
    }

    pub(crate) fn header(&mut self, arg: &'static ArgSpec, reads: fn(&str) -> Result<(), InvalidValue>) {
        self.headers.push(DeclaredHeader { arg, reads });
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = DeclaredHeader> {
        self.headers.iter().copied()
    }

    /// Those whose types are not there.
    pub(crate) fn missing(&self, is_there: impl Fn(TypeId) -> bool) -> impl Iterator<Item = Requirement> {
        self.needs.iter().filter(move |need| !is_there(need.id)).copied()
    }
}

/// What the names and defaults of header arguments come to, once their `${…}` are put in: by the text as written.
pub(crate) type Texts = HashMap<&'static str, String>;

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Services {
    context: Context,
    converters: Converters,
    template: SimpMessagingTemplate,
    properties: Arc<Properties>,
    /// Filled when the application is assembled.
    texts: OnceLock<Texts>,
}

impl Services {
    /// Puts the template into the context too, so that components can have it injected; takes the properties out of it.
    pub(crate) fn new(mut context: Context, converters: Converters, template: SimpMessagingTemplate) -> Self {
        let properties = context.get().unwrap_or_default();
        context.insert(Arc::new(template.clone()));
        Self {
            context,
            converters,
            template,
            properties,
            texts: OnceLock::new(),
        }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Makes further values out of those that are there.
    pub(crate) fn context_mut(&mut self) -> &mut Context {
        &mut self.context
    }

    pub(crate) fn converters(&self) -> &Converters {
        &self.converters
    }

    pub(crate) fn template(&self) -> &SimpMessagingTemplate {
        &self.template
    }

    /// Keeps what was resolved while the application was assembled.
    pub(crate) fn keep_texts(&self, texts: Texts) {
        // Whoever comes again with the same services and properties brings the same texts.
        let _ = self.texts.set(texts);
    }

    /// A text with its `${…}` put in. Those of arguments that the macros made are kept; that of another is resolved now,
    /// and taken as it is if it cannot be.
    pub(crate) fn resolved(&self, text: &'static str) -> Cow<'_, str> {
        let kept = self.texts.get().and_then(|texts| texts.get(text));
        let resolve = || self.properties.resolve(text).unwrap_or(Cow::Borrowed(text));
        kept.map_or_else(resolve, |kept| Cow::Borrowed(kept))
    }

    pub(crate) fn properties(&self) -> &Properties {
        &self.properties
    }
}
