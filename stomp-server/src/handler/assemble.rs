//! From registrations to a route table, or to the list of everything that is wrong with them.

use std::{
    any::TypeId,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    sync::Arc,
};

use super::{
    call::Call,
    check::place,
    context::{Bound, MessageContext},
    error::HandlerError,
    exception::{ExceptionEntry, ExceptionHandler, choose},
    grammar::Notation,
    listener::Listener,
    named::NamedComponent,
    problem::{BuildProblem, Place},
    registration::{BoundRoute, ExplicitController, Installer, Registration, Surveyed},
    route::{Describe, ExecutionMode, RouteMeta},
    served,
    services::{Requirements, Services, Texts},
    table::{Hit, Table},
    targets::{ReplyTarget, Targets},
};
use crate::{MessageKind, app::Config};

/// What a route table is made from.
#[derive(Debug)]
pub(crate) struct AssembleOptions {
    /// Take what the attributes have registered?
    pub(crate) discover: bool,
    /// Of that, only what stands at or below this module.
    pub(crate) scope: Option<String>,
    /// Free functions named by the application: `ping::ROUTES`.
    pub(crate) routes: Vec<&'static Registration>,
    /// Controllers made by the application. They take the place of discovered ones of the same type.
    pub(crate) controllers: Vec<ExplicitController>,
    /// Components to make and share, each after those that it may need.
    pub(crate) components: Vec<NamedComponent>,
    /// What all calls share.
    pub(crate) services: Services,
    /// For its separator and prefixes: what reaches handlers, and where answers can go.
    pub(crate) config: Arc<Config>,
}

/// Builds the table. Every problem there is gets reported, not only the first.
pub(crate) fn assemble(options: AssembleOptions) -> Result<Handlers, Vec<BuildProblem>> {
    let registrations = registrations(&options);
    let mut problems = requirements(&registrations, &options);
    let surveyed = survey(&registrations, &options.controllers);
    let notation = options.notation();
    let table = Table::build(&surveyed.routes, notation, &mut problems);
    let targets = Answers::read(&surveyed, notation, &mut problems);
    served::check(&surveyed, &table, &targets, &options.config, &mut problems);
    check_exceptions(&surveyed, &mut problems);
    check_variables(&surveyed, &table, &targets, &mut problems);
    if problems.is_empty() {
        Ok(Handlers::install(table, &registrations, options))
    } else {
        Err(problems)
    }
}

/// In the order of the source: that in which the linker lists them changes from build to build.
fn registrations(options: &AssembleOptions) -> Vec<&'static Registration> {
    let explicit: Vec<_> = options
        .controllers
        .iter()
        .map(|controller| controller.id)
        .collect();
    let wanted = |registration: &&Registration| {
        let in_scope = options
            .scope
            .as_deref()
            .is_none_or(|scope| registration.is_below(scope));
        in_scope && !registration.controller.is_some_and(|id| explicit.contains(&id()))
    };
    let mut found: Vec<&'static Registration> = if options.discover {
        inventory::iter::<Registration>
            .into_iter()
            .filter(wanted)
            .collect()
    } else {
        Vec::new()
    };
    if let (true, true, Some(scope)) = (options.discover, found.is_empty(), &options.scope) {
        tracing::warn!(scope, "no handler stands at or below this module");
    }
    found.extend(&options.routes);
    found.sort_by_key(|registration| registration.location);
    found.dedup_by_key(|registration| (registration.location, registration.name));
    found
}

/// What handlers need of the application and say of their headers.
fn requirements(registrations: &[&'static Registration], options: &AssembleOptions) -> Vec<BuildProblem> {
    let mut missing: BTreeMap<(&'static str, TypeId), BTreeSet<Place>> = BTreeMap::new();
    let (mut headers, mut texts) = (Vec::new(), Texts::new());
    // Components that are made before the one that asks.
    let mut made = HashSet::new();
    let mut ask = |place, made: &HashSet<TypeId>, requirements: fn(&mut Requirements)| {
        let mut needs = Requirements::default();
        requirements(&mut needs);
        let is_there = |id| options.services.context().contains(id) || made.contains(&id);
        for need in needs.missing(is_there) {
            missing.entry((need.name, need.id)).or_default().insert(place);
        }
        headers.extend(
            needs
                .headers()
                .filter_map(|header| header.problem(options.services.properties(), place, &mut texts)),
        );
    };
    for component in &options.components {
        ask(component.place, &made, component.requirements);
        made.insert(component.id);
    }
    for registration in registrations {
        let Registration { name, location, .. } = **registration;
        ask(Place { name, location }, &made, registration.requirements);
    }
    for controller in &options.controllers {
        let ExplicitController { name, location, .. } = *controller;
        ask(Place { name, location }, &made, controller.requirements);
    }
    options.services.keep_texts(texts);
    let problem = |((type_name, _), needed_by): (_, BTreeSet<Place>)| BuildProblem::MissingState {
        type_name,
        needed_by: needed_by.into_iter().collect(),
    };
    missing.into_iter().map(problem).chain(headers).collect()
}

fn survey(registrations: &[&'static Registration], controllers: &[ExplicitController]) -> Surveyed {
    let mut surveyor = Installer::surveyor();
    registrations
        .iter()
        .for_each(|registration| (registration.install)(&mut surveyor));
    controllers
        .iter()
        .for_each(|controller| (controller.survey)(&mut surveyor));
    surveyor.surveyed
}

/// Where the surveyed handlers answer to, in the same order.
pub(super) struct Answers {
    pub(super) routes: Vec<Targets>,
    pub(super) exceptions: Vec<Targets>,
}

impl Answers {
    fn read(surveyed: &Surveyed, notation: Notation<'_>, problems: &mut Vec<BuildProblem>) -> Self {
        let mut read = |targets, handler| {
            let read =
                Targets::parse(targets, notation).map_err(|unreadable| problems.push(unreadable.at(handler)));
            read.unwrap_or_default()
        };
        let routes = surveyed.routes.iter();
        let exceptions = surveyed.exceptions.iter();
        Self {
            routes: routes.map(|route| read(route.targets, place(route))).collect(),
            exceptions: exceptions
                .map(|(_, handler)| read(handler.targets, handler.place()))
                .collect(),
        }
    }
}

impl AssembleOptions {
    fn notation(&self) -> Notation<'_> {
        Notation {
            separator: self.config.routing.separator(),
            properties: self.services.properties(),
        }
    }
}

/// Within a controller, and among the free functions, each error type has one handler.
fn check_exceptions(surveyed: &Surveyed, problems: &mut Vec<BuildProblem>) {
    let mut known: HashMap<(Option<usize>, TypeId), Place> = HashMap::new();
    for (block, handler) in &surveyed.exceptions {
        let here = handler.place();
        if let Some(earlier) = known.insert((*block, handler.handles.id()), here) {
            problems.push(BuildProblem::DuplicateExceptionHandler {
                error: handler.error,
                handlers: [earlier, here],
            });
        }
    }
}

/// The exception handlers of a controller answer for its own methods: a variable that none of these has is never there.
fn check_variables(surveyed: &Surveyed, table: &Table, answers: &Answers, problems: &mut Vec<BuildProblem>) {
    for ((block, handler), targets) in surveyed.exceptions.iter().zip(&answers.exceptions) {
        let blocks = surveyed.blocks.iter().enumerate();
        let routes = || {
            blocks
                .clone()
                .filter(|(_, known)| block.is_some() && *known == block)
        };
        if routes().next().is_none() {
            continue;
        }
        let known: BTreeSet<&str> = routes().flat_map(|(index, _)| table.variables(index)).collect();
        for template in targets.templates() {
            let unknown = template.variables().filter(|name| !known.contains(name));
            problems.extend(unknown.map(|name| BuildProblem::Malformed {
                reason: unknown_variable(template.as_str(), name, &known),
                handler: handler.place(),
            }));
        }
    }
}

fn unknown_variable(target: &str, name: &str, known: &BTreeSet<&str>) -> String {
    let known: Vec<_> = known.iter().map(|name| format!("`{{{name}}}`")).collect();
    let known = match known.is_empty() {
        true => "no variables".to_owned(),
        false => known.join(", "),
    };
    format!(
        "the reply destination `{target}`: no mapping of the controller has a variable `{name}`; they have {known}"
    )
}

/// All handlers of an application, ready to be called.
pub(crate) struct Handlers {
    table: Table,
    routes: Vec<Arc<BoundRoute>>,
    /// Exception handlers that are free functions.
    exceptions: Arc<[Arc<ExceptionEntry>]>,
    listeners: HashMap<TypeId, Vec<Listener>>,
    services: Arc<Services>,
    config: Arc<Config>,
}

impl Handlers {
    fn install(table: Table, registrations: &[&'static Registration], options: AssembleOptions) -> Self {
        let mut services = options.services;
        for component in &options.components {
            component.make(services.context_mut());
        }
        let services = Arc::new(services);
        let mut installer = Installer::new(&services, options.config.routing.separator());
        registrations
            .iter()
            .for_each(|registration| (registration.install)(&mut installer));
        for controller in options.controllers {
            (controller.install)(&mut installer);
        }
        let installed = installer.installed;
        let mut listeners: HashMap<TypeId, Vec<Listener>> = HashMap::new();
        for listener in installed.listeners {
            listeners
                .entry((listener.meta.hears)())
                .or_default()
                .push(listener);
        }
        Self {
            table,
            routes: installed.routes.into_iter().map(Arc::new).collect(),
            exceptions: installed.exceptions.into(),
            listeners,
            services,
            config: options.config,
        }
    }

    /// What all calls share.
    pub(crate) fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// The handler for a message. `path` is the destination without the application prefix; with `/` as separator it
    /// keeps its leading slash.
    pub(crate) fn find(&self, kind: MessageKind, path: &str) -> Option<Found> {
        let hit = self.table.find(kind, path)?;
        Some(Found {
            route: Arc::clone(&self.routes[hit.route]),
            free_exceptions: Arc::clone(&self.exceptions),
            hit,
            path_length: path.len(),
        })
    }

    /// The listeners for events of a type, in the order of the source.
    pub(crate) fn listeners(&self, event: TypeId) -> &[Listener] {
        self.listeners.get(&event).map_or(&[], Vec::as_slice)
    }

    /// What is known about the routes.
    pub(crate) fn routes(&self) -> impl Iterator<Item = RouteInfo> {
        self.routes.iter().enumerate().map(|(index, route)| {
            let mut types = Describe::default();
            (route.describe)(&mut types);
            RouteInfo {
                meta: route.meta,
                patterns: self.table.patterns(index).map(str::to_owned).collect(),
                destinations: self
                    .table
                    .patterns(index)
                    .map(|pattern| self.config.routing.written(pattern))
                    .collect(),
                targets: route.targets.shown().collect(),
                types,
            }
        })
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.routes).finish()
    }
}

/// A route as data: what the attributes say, and the types it reads and answers with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RouteInfo {
    /// What the attributes say.
    pub meta: &'static RouteMeta,
    /// The patterns, joined with the application's separator, properties put in.
    pub patterns: Vec<String>,
    /// What clients send or subscribe to: the patterns with the first of the application's prefixes.
    pub destinations: Vec<String>,
    /// Where answers go, for people, properties put in; empty means the default of the kind.
    pub targets: Vec<String>,
    /// The types.
    pub types: Describe,
}

/// The handler that was found for a message.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    route: Arc<BoundRoute>,
    free_exceptions: Arc<[Arc<ExceptionEntry>]>,
    hit: Hit,
    path_length: usize,
}

impl Found {
    /// How calls of it may run beside each other.
    pub(crate) fn mode(&self) -> ExecutionMode {
        self.route.meta.mode
    }

    /// Gives the message's context the route and its variables; to be done once, before anything below.
    pub(crate) fn bind(&mut self, cx: MessageContext) -> MessageContext {
        let path_start = cx.message().destination.len().saturating_sub(self.path_length);
        cx.bind(Bound {
            route: Some(self.route.meta),
            path_start,
            pattern: Some(Arc::clone(&self.hit.pattern)),
            captures: std::mem::take(&mut self.hit.captures),
        })
    }

    /// Starts the handler. A blocking one does its work while the call is polled, so poll it where that is allowed.
    pub(crate) fn call(&self, cx: MessageContext) -> Call {
        (self.route.call)(cx)
    }

    /// Where the answer to `cx`'s message goes.
    pub(crate) fn reply_targets(&self, cx: &MessageContext) -> Result<Vec<ReplyTarget>, HandlerError> {
        self.route.targets.resolve(cx)
    }

    /// Who answers `error`: the controller's own exception handlers first, then the free ones.
    pub(crate) fn exception_handler(&self, error: &HandlerError) -> Option<ExceptionHandler> {
        choose(&self.route.exceptions, error)
            .or_else(|| choose(&self.free_exceptions, error))
            .map(|entry| ExceptionHandler::new(Arc::clone(entry)))
    }
}

impl fmt::Display for RouteInfo {
    /// `SEND /app/chat/{room} -> Chat::post, answers to /topic/chat/{room} (src/chat.rs:12)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RouteMeta {
            kind, name, location, ..
        } = self.meta;
        let kind = match kind {
            MessageKind::Send => "SEND",
            MessageKind::Subscribe => "SUBSCRIBE",
        };
        write!(f, "{kind} {} -> {name}", self.destinations.join(" "))?;
        self.targets
            .iter()
            .try_for_each(|target| write!(f, ", answers to {target}"))?;
        write!(f, " ({location})")
    }
}
