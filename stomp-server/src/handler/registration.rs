//! How handlers come into the program: what the attributes register, and what is made of it.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::Arc,
};

use stomp_core::destination::Separator;

use super::{
    call::Call,
    component::Component,
    context::MessageContext,
    exception::{ExceptionEntry, ExceptionMeta, ExceptionRoute},
    grammar::Notation,
    listener::{Listener, ListenerMeta, ListenerRoute},
    route::{Describe, Location, Route, RouteMeta},
    services::{Requirements, Services},
    targets::Targets,
};

/// A type with handler methods. `#[controller]` implements it.
pub trait Controller: Sized + Send + Sync + 'static {
    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    const LOCATION: Location;
    #[doc(hidden)]
    const ROUTES: &'static [Route<Self>];
    #[doc(hidden)]
    const EXCEPTIONS: &'static [ExceptionRoute<Self>];
    #[doc(hidden)]
    const LISTENERS: &'static [ListenerRoute<Self>];
}

/// What an attribute registers: plain values, no allocation.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Registration {
    pub name: &'static str,
    pub module: &'static str,
    pub location: Location,
    /// The controller's type; a free function has none.
    pub controller: Option<fn() -> TypeId>,
    pub requirements: fn(&mut Requirements),
    pub install: fn(&mut Installer<'_>),
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{} ({})", self.module, self.name, self.location)
    }
}

inventory::collect!(Registration);

/// Registers one concrete type of a generic controller: `register_controller!(Chat<Postgres>);`
///
/// A generic controller cannot register itself, since nobody knows its types.
#[macro_export]
macro_rules! register_controller {
    ($($controller:ty),+ $(,)?) => { $(
        $crate::__private::inventory::submit! { $crate::__private::Registration::controller::<$controller>(
            ::core::module_path!(),
            $crate::__private::Location::new(::core::file!(), ::core::line!(), ::core::column!()),
        ) }
    )+ };
}

impl Registration {
    /// The registration of a controller that the application builds.
    #[must_use]
    pub const fn controller<C: Controller + Component>(module: &'static str, location: Location) -> Self {
        Self {
            name: C::NAME,
            module,
            location,
            controller: Some(TypeId::of::<C>),
            requirements: |requirements| {
                C::requirements(requirements);
                arguments_of::<C>(requirements);
            },
            install: |installer| installer.component::<C>(),
        }
    }

    /// Is it at or below the module `scope`?
    pub(crate) fn is_below(&self, scope: &str) -> bool {
        let below = self.module.strip_prefix(scope);
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }
}

/// A controller that the application made itself.
pub(crate) struct ExplicitController {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
    pub(crate) location: Location,
    pub(crate) requirements: fn(&mut Requirements),
    pub(crate) survey: fn(&mut Installer<'_>),
    pub(crate) install: Box<dyn FnOnce(&mut Installer<'_>) + Send>,
}

impl ExplicitController {
    pub(crate) fn new<C: Controller>(controller: C) -> Self {
        Self {
            id: TypeId::of::<C>(),
            name: C::NAME,
            location: C::LOCATION,
            requirements: arguments_of::<C>,
            survey: |installer| installer.survey::<C>(),
            install: Box::new(|installer| installer.install(&Arc::new(controller))),
        }
    }
}

impl fmt::Debug for ExplicitController {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.location)
    }
}

fn arguments_of<C: Controller>(requirements: &mut Requirements) {
    C::ROUTES
        .iter()
        .for_each(|route| (route.requirements)(requirements));
    C::EXCEPTIONS
        .iter()
        .for_each(|route| (route.requirements)(requirements));
    C::LISTENERS
        .iter()
        .for_each(|route| (route.requirements)(requirements));
}

/// Collects the handlers, twice: first only what is written down about them, so that all mistakes can be reported
/// before anything of the application runs, then bound to their controllers.
#[doc(hidden)]
#[derive(Debug)]
pub struct Installer<'a> {
    /// `None` while only looking.
    services: Option<&'a Arc<Services>>,
    separator: Separator,
    pub(crate) surveyed: Surveyed,
    pub(crate) installed: Installed,
    components: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    blocks: usize,
}

/// What is written down about the handlers, in the order of installation.
#[derive(Debug, Default)]
pub(crate) struct Surveyed {
    pub(crate) routes: Vec<&'static RouteMeta>,
    /// The block that each of them belongs to; free functions belong to none.
    pub(crate) blocks: Vec<Option<usize>>,
    /// The return type of each route, as written.
    pub(crate) replies: Vec<Option<&'static str>>,
    /// With the block each belongs to; free functions belong to none.
    pub(crate) exceptions: Vec<(Option<usize>, &'static ExceptionMeta)>,
    pub(crate) listeners: Vec<&'static ListenerMeta>,
}

/// The handlers, bound to their controllers, in the same order.
#[derive(Debug, Default)]
pub(crate) struct Installed {
    pub(crate) routes: Vec<BoundRoute>,
    /// Exception handlers that are free functions.
    pub(crate) exceptions: Vec<Arc<ExceptionEntry>>,
    pub(crate) listeners: Vec<Listener>,
}

/// A handler, the controller it is called on and that controller's exception handlers.
pub(crate) struct BoundRoute {
    pub(crate) meta: &'static RouteMeta,
    pub(crate) describe: fn(&mut Describe),
    pub(crate) exceptions: Arc<[Arc<ExceptionEntry>]>,
    pub(crate) targets: Targets,
    pub(crate) call: Box<dyn Fn(MessageContext) -> Call + Send + Sync>,
}

impl fmt::Debug for BoundRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BoundRoute").field(self.meta).finish()
    }
}

impl<'a> Installer<'a> {
    pub(crate) fn surveyor() -> Self {
        Self::with(None, Separator::Slash)
    }

    pub(crate) fn new(services: &'a Arc<Services>, separator: Separator) -> Self {
        Self::with(Some(services), separator)
    }

    fn with(services: Option<&'a Arc<Services>>, separator: Separator) -> Self {
        Self {
            services,
            separator,
            surveyed: Surveyed::default(),
            installed: Installed::default(),
            components: HashMap::new(),
            blocks: 0,
        }
    }

    /// A controller that the application builds, once however often it is registered. One that is shared already is
    /// that value.
    pub fn component<C: Controller + Component>(&mut self) {
        let Some(services) = self.services else {
            return self.survey::<C>();
        };
        let built =
            self.components
                .entry(TypeId::of::<C>())
                .or_insert_with(|| match services.context().get::<C>() {
                    Some(shared) => shared,
                    None => Arc::new(C::build(services.context())),
                });
        let controller = Arc::clone(built)
            .downcast()
            .expect("components are kept by their type");
        self.install::<C>(&controller);
    }

    /// Free functions.
    pub fn functions(
        &mut self,
        routes: &'static [Route<()>],
        exceptions: &'static [ExceptionRoute<()>],
        listeners: &'static [ListenerRoute<()>],
    ) {
        let Some(services) = self.services else {
            self.surveyed.add(None, routes, exceptions, listeners);
            return;
        };
        let notation = self.notation(services);
        let nothing = Arc::new(());
        let bound = bind_exceptions(&nothing, exceptions, notation);
        self.installed.exceptions.extend(bound);
        let no_locals = Arc::default();
        let bound = routes
            .iter()
            .map(|route| bind_route(&nothing, route, &no_locals, notation));
        self.installed.routes.extend(bound);
        let bound = listeners
            .iter()
            .map(|route| Listener::new(&nothing, route, services));
        self.installed.listeners.extend(bound);
    }

    fn notation(&self, services: &'a Services) -> Notation<'a> {
        Notation {
            separator: self.separator,
            properties: services.properties(),
        }
    }

    pub(crate) fn survey<C: Controller>(&mut self) {
        self.blocks += 1;
        self.surveyed
            .add(Some(self.blocks), C::ROUTES, C::EXCEPTIONS, C::LISTENERS);
    }

    pub(crate) fn install<C: Controller>(&mut self, controller: &Arc<C>) {
        let Some(services) = self.services else { return };
        let notation = self.notation(services);
        let exceptions: Arc<[_]> = bind_exceptions(controller, C::EXCEPTIONS, notation).collect();
        let bound = C::ROUTES
            .iter()
            .map(|route| bind_route(controller, route, &exceptions, notation));
        self.installed.routes.extend(bound);
        let bound = C::LISTENERS
            .iter()
            .map(|route| Listener::new(controller, route, services));
        self.installed.listeners.extend(bound);
    }
}

impl Surveyed {
    fn add<C>(
        &mut self,
        block: Option<usize>,
        routes: &'static [Route<C>],
        exceptions: &'static [ExceptionRoute<C>],
        listeners: &'static [ListenerRoute<C>],
    ) {
        self.routes.extend(routes.iter().map(|route| &route.meta));
        self.blocks.extend(routes.iter().map(|_| block));
        self.replies.extend(routes.iter().map(reply_of));
        self.exceptions
            .extend(exceptions.iter().map(|route| (block, &route.meta)));
        self.listeners.extend(listeners.iter().map(|route| &route.meta));
    }
}

fn reply_of<C>(route: &Route<C>) -> Option<&'static str> {
    let mut types = Describe::default();
    (route.describe)(&mut types);
    types.reply
}

/// Targets were read before, while surveying, and a table with malformed ones is never installed.
fn bind_route<C: Send + Sync>(
    controller: &Arc<C>,
    route: &'static Route<C>,
    exceptions: &Arc<[Arc<ExceptionEntry>]>,
    notation: Notation<'_>,
) -> BoundRoute {
    let controller = Arc::clone(controller);
    BoundRoute {
        meta: &route.meta,
        describe: route.describe,
        exceptions: Arc::clone(exceptions),
        targets: Targets::parse(route.meta.targets, notation).unwrap_or_default(),
        call: Box::new(move |cx| Call::new((route.call)(Arc::clone(&controller), cx))),
    }
}

fn bind_exceptions<'c, C: Send + Sync>(
    controller: &'c Arc<C>,
    routes: &'static [ExceptionRoute<C>],
    notation: Notation<'c>,
) -> impl Iterator<Item = Arc<ExceptionEntry>> + use<'c, C> {
    routes.iter().map(move |route| {
        let targets = Targets::parse(route.meta.targets, notation).unwrap_or_default();
        Arc::new(ExceptionEntry::new(controller, route, targets))
    })
}
