//! Building a server.

use std::{
    collections::HashSet,
    fmt,
    panic::Location,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use stomp_core::{HeartBeat, codec::Limits, destination::Separator, session::SessionConfig};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{BuildError, Config, ConfigProblem, Endpoint, ServerState, StompServer, routing::trim};
use crate::{
    ApplicationEventPublisher, SimpMessagingTemplate,
    activity::Passages,
    broker::{
        Broker, Framing, Lanes, Publisher, encode_session_frame,
        simple::{Delivery, SimpleBroker},
    },
    channel::{
        BrokerChannel, BrokerInterceptor, InboundChannel, InboundInterceptor, OutboundChannel,
        OutboundInterceptor,
    },
    convert::{Converters, MessageConverter},
    counters::Counters,
    env::Env,
    error_handler::StompErrorHandler,
    handler::{
        AssembleOptions, Component, Context, Controller, ExplicitController, Handlers, NamedComponent,
        Properties, ReplyHeaders, Services, assemble, private::Registration,
    },
    security::Authenticator,
    session::Wheel,
    tap::Tap,
    transport::HttpHandler,
    user::{Sessions, SimpUserRegistry},
};

/// Collects endpoints, settings, state and handlers; [`build`](Self::build) makes a server of them.
#[derive(Debug)]
#[must_use = "nothing happens before `build`"]
pub struct StompServerBuilder {
    config: Config,
    session: SessionConfig,
    env: Env,
    endpoints: Vec<Endpoint>,
    context: Context,
    converters: Converters,
    properties: Properties,
    reply_headers: ReplyHeaders,
    inbound: InboundChannel,
    broker: BrokerChannel,
    outbound: OutboundChannel,
    authenticator: Option<Arc<dyn Authenticator>>,
    error_handler: Option<Arc<dyn StompErrorHandler>>,
    fallback: Option<Fallback>,
    discover: bool,
    scope: Option<String>,
    routes: Vec<&'static Registration>,
    controllers: Vec<ExplicitController>,
    components: Vec<NamedComponent>,
}

/// Who answers HTTP requests that are for no endpoint.
enum Fallback {
    Given(Arc<dyn HttpHandler>),
    /// A component, which is in the context when the application is built.
    Component(fn(&Context) -> Option<Arc<dyn HttpHandler>>),
}

impl fmt::Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fallback")
    }
}

impl StompServerBuilder {
    pub(super) fn new() -> Self {
        Self {
            config: Config::default(),
            session: SessionConfig::default(),
            env: Env::system(),
            endpoints: Vec::new(),
            context: Context::default(),
            converters: Converters::new(),
            properties: Properties::default(),
            reply_headers: ReplyHeaders::default(),
            inbound: InboundChannel::default(),
            broker: BrokerChannel::default(),
            outbound: OutboundChannel::default(),
            authenticator: None,
            error_handler: None,
            fallback: None,
            discover: true,
            scope: None,
            routes: Vec::new(),
            controllers: Vec::new(),
            components: Vec::new(),
        }
    }

    /// Adds a path where clients connect.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoints.push(endpoint);
        self
    }

    /// Answers all HTTP requests that are for no endpoint. Default: 404.
    pub fn fallback(mut self, handler: impl HttpHandler) -> Self {
        self.fallback = Some(Fallback::Given(Arc::new(handler)));
        self
    }

    /// The same with a [component](Self::component), which may have the template, the registry of users and the
    /// application's values as its fields: what Spring injects into an MVC controller.
    ///
    /// ```
    /// use std::{future::Future, pin::Pin};
    ///
    /// use stomp_server::{Body, HttpHandler, http::{Request, Response}, hyper::body::Incoming, prelude::*};
    ///
    /// #[derive(Component)]
    /// struct Web {
    ///     template: SimpMessagingTemplate,
    /// }
    ///
    /// impl HttpHandler for Web {
    ///     fn handle(&self, _: Request<Incoming>) -> Pin<Box<dyn Future<Output = Response<Body>> + Send + '_>> {
    ///         Box::pin(async move {
    ///             let _ = self.template.convert_and_send("/topic/hits", "one more");
    ///             Response::new(Body::from("hello"))
    ///         })
    ///     }
    /// }
    ///
    /// let server = StompServer::builder().scope(module_path!()).fallback_component::<Web>().build();
    /// assert!(server.is_ok());
    /// ```
    #[track_caller]
    pub fn fallback_component<T: Component + HttpHandler>(mut self) -> Self {
        self.fallback = Some(Fallback::Component(|context| Some(context.get::<T>()?)));
        self.component::<T>()
    }

    /// Shares a value with handlers (`State<T>`, `Arc<T>`), listeners and components. One that needs the template or
    /// other values is for [`component`](Self::component).
    pub fn manage<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.provide(Arc::new(value))
    }

    /// Shares a value under a type of its own choice, which may be a trait: `provide::<dyn Store>(store)`.
    pub fn provide<T: ?Sized + Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        self.context.insert(value);
        self
    }

    /// Makes a component when the application is built, and shares it as `Arc<T>` with handlers, listeners, other
    /// components and HTTP handlers: what a `@Service` is to Spring. Its fields are filled with what was given to
    /// [`manage`](Self::manage) and [`provide`](Self::provide), the template and the registry of users, and the
    /// components that were named before it: they are made in the order of the calls, before all controllers, each once.
    ///
    /// A controller may be named too: then others can have it. After [`build`](Self::build) the values are found with
    /// [`StompServer::state`].
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use stomp_server::prelude::*;
    ///
    /// #[derive(Component)]
    /// struct Notifier {
    ///     template: SimpMessagingTemplate,
    /// }
    ///
    /// impl Notifier {
    ///     fn notify(&self, text: &str) -> Result<(), SendError> {
    ///         self.template.convert_and_send("/topic/notices", text)
    ///     }
    /// }
    ///
    /// #[derive(Component)]
    /// struct Orders {
    ///     notifier: Arc<Notifier>,
    /// }
    ///
    /// #[controller("/orders")]
    /// impl Orders {
    ///     #[message_mapping("/{item}")]
    ///     async fn order(&self, item: String) -> Result<(), SendError> {
    ///         self.notifier.notify(&item)
    ///     }
    /// }
    ///
    /// let server = StompServer::builder().scope(module_path!()).component::<Notifier>().build()?;
    /// let notifier: Arc<Notifier> = server.state().expect("it was named above");
    /// notifier.notify("open").expect("the broker serves /topic");
    /// # Ok::<(), stomp_server::BuildError>(())
    /// ```
    #[track_caller]
    pub fn component<T: Component>(mut self) -> Self {
        let component = NamedComponent::new::<T>(Location::caller());
        if self.components.iter().all(|known| known.id != component.id) {
            self.components.push(component);
        }
        self
    }

    /// Takes only handlers that stand at or below this module: `scope(module_path!())` in tests and doctests, where
    /// handlers of other tests are linked into the same program.
    pub fn scope(mut self, module: impl Into<String>) -> Self {
        self.scope = Some(module.into());
        self
    }

    /// Takes the handlers that were linked into the program? Default: yes.
    pub fn discover(mut self, discover: bool) -> Self {
        self.discover = discover;
        self
    }

    /// Adds a controller made by the application, in place of the discovered one of its type.
    pub fn controller<C: Controller>(mut self, controller: C) -> Self {
        self.controllers.push(ExplicitController::new(controller));
        self
    }

    /// Adds a free handler function by name: `routes(ping::ROUTES)`.
    pub fn routes(mut self, routes: &'static Registration) -> Self {
        self.routes.push(routes);
        self
    }

    /// Decides who clients are. Default: everybody may connect, and nobody has a name.
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Decides what clients read when a frame of theirs is refused (Spring's `setErrorHandler`). Default: an ERROR with
    /// `message`, `code`, `retry`, and `receipt-id` and `destination` where they are known.
    pub fn error_handler(mut self, handler: impl StompErrorHandler) -> Self {
        self.error_handler = Some(Arc::new(handler));
        self
    }

    /// Replaces all converters of bodies: `converters(Converters::new().without_defaults().with(Notes))`. Default: text,
    /// bytes and JSON.
    pub fn converters(mut self, converters: Converters) -> Self {
        self.converters = converters;
        self
    }

    /// Reads and writes bodies of further content types, before the defaults.
    pub fn converter(mut self, converter: impl MessageConverter) -> Self {
        self.converters = self.converters.with(converter);
        self
    }

    /// Gives `${name}` in mappings and targets a value; `${name:default}` does without. Where the values come from
    /// (files, the environment of the process) is for the application to say.
    ///
    /// ```
    /// use stomp_server::prelude::*;
    ///
    /// #[message_mapping("/place/${place}")]
    /// #[send_to("/topic/${topic:places}")]
    /// async fn here(Payload(text): Payload<String>) -> String {
    ///     text
    /// }
    ///
    /// let server = StompServer::builder().scope(module_path!()).property("place", "market").build()?;
    /// assert!(server.routes().any(|route| route.to_string().contains("/place/market")));
    /// # Ok::<(), stomp_server::BuildError>(())
    /// ```
    pub fn property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.properties.set(name, value);
        self
    }

    /// Lets answers take over headers of the message that they answer: those whose name the filter takes. Several
    /// filters add up. Spring's `addHeaderFilter`. Default: an answer has its own headers only.
    pub fn reply_header_filter(mut self, filter: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.reply_headers.add(filter);
        self
    }

    /// Sees every client's frames, behind the interceptors that were added before.
    pub fn inbound_interceptor(mut self, interceptor: impl InboundInterceptor) -> Self {
        self.inbound.add(Arc::new(interceptor));
        self
    }

    /// Sees everything that is published, behind the interceptors that were added before.
    pub fn broker_interceptor(mut self, interceptor: impl BrokerInterceptor) -> Self {
        self.broker.add(Arc::new(interceptor));
        self
    }

    /// Sees each message to each subscriber, behind the interceptors that were added before.
    pub fn outbound_interceptor(mut self, interceptor: impl OutboundInterceptor) -> Self {
        self.outbound.add(Arc::new(interceptor));
        self
    }

    /// What stands between the segments of destinations (Spring's `setPathMatcher(new AntPathMatcher("."))`). It counts
    /// for mappings, subscriptions, replies and prefixes alike. With dots a mapping is joined to its controller's prefix
    /// with a dot and has no leading one, and a slash is a letter like others. Default: a slash.
    ///
    /// ```
    /// use stomp_server::{Separator, prelude::*};
    ///
    /// #[derive(Component)]
    /// struct Prices;
    ///
    /// #[controller("price")]
    /// impl Prices {
    ///     // SEND to /app/price.stock.MMM is answered to /topic/price.stock.MMM
    ///     #[message_mapping("stock.{ticker}")]
    ///     async fn stock(&self, ticker: String) -> String {
    ///         ticker
    ///     }
    /// }
    ///
    /// let server = StompServer::builder().scope(module_path!()).separator(Separator::Dot).build()?;
    /// assert!(server.routes().any(|route| route.to_string().contains("price.stock.{ticker}")));
    /// # Ok::<(), stomp_server::BuildError>(())
    /// ```
    pub fn separator(mut self, separator: Separator) -> Self {
        self.session.separator = separator;
        self
    }

    /// Destinations that start so go to handlers; the first that fits is taken off. None: all destinations go to
    /// handlers, as in Spring. A destination that is the broker's too goes to both. Default: `/app`.
    pub fn application_destination_prefixes<P: Into<String>>(
        mut self,
        prefixes: impl IntoIterator<Item = P>,
    ) -> Self {
        self.config.application_destination_prefixes = prefixes.into_iter().map(Into::into).collect();
        self
    }

    /// Destinations that start so go to the simple broker (Spring's `enableSimpleBroker`). None, as in
    /// `enable_simple_broker::<&str>([])`: all do but users' own. Default: `/topic`, `/queue`.
    pub fn enable_simple_broker<P: Into<String>>(mut self, prefixes: impl IntoIterator<Item = P>) -> Self {
        self.config.broker_destination_prefixes = prefixes.into_iter().map(Into::into).collect();
        self
    }

    /// Lets a subscription say which messages it wants, in this header of its SUBSCRIBE, usually `selector` (Spring's
    /// `setSelectorHeaderName`). Default, and with a blank name: no header is looked at.
    ///
    /// What it says is a [selector](crate::selector) over the headers that subscribers read, the destination included:
    /// `kind = 'news' AND price > 9`. One that is malformed ends the session with an ERROR that says where. It counts
    /// where the broker serves the subscription; a handler that answers one sees it as a header like others.
    pub fn selector_header_name(mut self, name: impl Into<String>) -> Self {
        self.config.selector_header_name = Some(name.into()).filter(|name| !name.trim().is_empty());
        self
    }

    /// Destinations that start so are a user's own. Default: `/user`.
    pub fn user_destination_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.config.user_destination_prefix = prefix.into();
        self
    }

    /// How often the server can send heart-beats, and how often it wants to hear from clients; zero: never. Default:
    /// ten seconds each.
    pub fn heart_beat(mut self, send: Duration, receive: Duration) -> Self {
        self.session.heart_beat = HeartBeat { send, receive };
        self
    }

    /// Limits on each frame. Default: [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.session.limits = limits;
        self
    }

    /// Octets that may wait for one client before its session ends as a slow consumer. Default: 512 KiB.
    pub fn outbox_limit(mut self, octets: usize) -> Self {
        self.config.outbox_limit = octets;
        self
    }

    /// Stays silent about destinations that nobody serves, as Spring does. Default: they are answered with an ERROR,
    /// and a handler that answers to one is refused by [`build`](Self::build).
    pub fn ignore_unmapped(mut self) -> Self {
        self.config.ignore_unmapped = true;
        self
    }

    /// Changes any other setting.
    pub fn configure(mut self, change: impl FnOnce(&mut Config, &mut SessionConfig)) -> Self {
        change(&mut self.config, &mut self.session);
        self
    }

    /// Takes randomness from elsewhere, for runs that can be repeated.
    pub fn env(mut self, env: Env) -> Self {
        self.env = env;
        self
    }

    /// Makes the server, and logs its routes and settings.
    ///
    /// # Errors
    ///
    /// [`BuildError`] with everything that is wrong, each with its place in the source and how to mend it.
    pub fn build(mut self) -> Result<StompServer, BuildError> {
        let config_problems = self.check();
        // It is put before paths, which begin with a slash.
        let user_prefix = &mut self.config.user_destination_prefix;
        user_prefix.truncate(user_prefix.trim_end_matches('/').len());
        self.config.session = Arc::new(std::mem::take(&mut self.session));
        let separator = self.config.session.separator;
        let config = Arc::new(std::mem::take(&mut self.config).routed(separator));
        let counters = Arc::<Counters>::default();
        let sessions = Arc::<Sessions>::default();
        let handling = TaskTracker::new();
        let delivery = Delivery {
            outbound: self.outbound.clone(),
            counters: Arc::clone(&counters),
            env: self.env.clone(),
            tasks: handling.clone(),
        };
        let broker: Arc<dyn Broker> = Arc::new(SimpleBroker::new(delivery, &config));
        let passages = Passages::default();
        let lanes = Arc::new(Lanes {
            broker: Arc::clone(&broker),
            counters: Arc::clone(&counters),
            env: self.env.clone(),
            tasks: handling.clone(),
            passages: passages.clone(),
        });
        let publisher = Arc::new(Publisher {
            broker,
            lanes,
            channel: std::mem::take(&mut self.broker),
            sessions: Arc::clone(&sessions),
            config: Arc::clone(&config),
            tap: Tap::default(),
        });
        self.context
            .insert(Arc::new(SimpUserRegistry::new(Arc::clone(&sessions))));
        let events = ApplicationEventPublisher::default();
        self.context.insert(Arc::new(events.clone()));
        self.context.insert(Arc::new(self.properties));
        let template = SimpMessagingTemplate::new(self.converters.clone(), Arc::clone(&publisher));
        let services = Services::new(self.context, self.converters, template);
        let assembled = assemble(AssembleOptions {
            discover: self.discover,
            scope: self.scope,
            routes: self.routes,
            controllers: self.controllers,
            components: self.components,
            services,
            config: Arc::clone(&config),
        });
        let handlers = Arc::new(check_all(config_problems, assembled)?);
        events.lead_to(&handlers);
        let services = Arc::clone(handlers.services());
        let fallback = self.fallback.and_then(|fallback| match fallback {
            Fallback::Given(handler) => Some(handler),
            Fallback::Component(find) => find(services.context()),
        });
        let state = ServerState {
            config,
            env: self.env,
            counters,
            wheel: Arc::new(Wheel::new()),
            sessions,
            publisher,
            inbound: self.inbound,
            outbound: self.outbound,
            handlers,
            services,
            reply_headers: self.reply_headers,
            authenticator: self.authenticator,
            error_handler: self.error_handler,
            events,
            endpoints: self.endpoints,
            fallback,
            heart_beat: encode_session_frame(Framing::WebSocket, |out| out.push(b'\n')),
            stopping: CancellationToken::new(),
            handling,
            tasks: TaskTracker::new(),
            passages,
            next_direct_message: AtomicU64::new(0),
        };
        log(&state);
        Ok(StompServer {
            state: Arc::new(state),
        })
    }

    fn check(&self) -> Vec<ConfigProblem> {
        let mut problems = Vec::new();
        self.check_endpoints(&mut problems);
        self.check_prefixes(&mut problems);
        let (outbox, frame) = (self.config.outbox_limit, self.session.limits.frame);
        if outbox < frame {
            problems.push(ConfigProblem::OutboxSmallerThanFrame { outbox, frame });
        }
        let body = self.session.limits.body;
        if body >= frame {
            problems.push(ConfigProblem::BodyNotInFrame { body, frame });
        }
        if cfg!(panic = "abort") {
            problems.push(ConfigProblem::PanicAborts);
        }
        problems
    }

    fn check_endpoints(&self, problems: &mut Vec<ConfigProblem>) {
        let mut paths = HashSet::new();
        for endpoint in &self.endpoints {
            for path in endpoint.paths() {
                if !path.starts_with('/') {
                    problems.push(ConfigProblem::EndpointWithoutSlash(path.clone()));
                } else if !paths.insert(path) {
                    problems.push(ConfigProblem::DuplicateEndpoint(path.clone()));
                }
            }
            let useless = endpoint.origins().useless();
            problems.extend(useless.map(|origin| ConfigProblem::OriginMatchesNothing {
                endpoint: endpoint.paths().join("`, `"),
                origin: origin.to_owned(),
            }));
        }
    }

    fn check_prefixes(&self, problems: &mut Vec<ConfigProblem>) {
        let Config {
            application_destination_prefixes: application,
            broker_destination_prefixes: broker,
            user_destination_prefix: user,
            ..
        } = &self.config;
        let separator = self.session.separator;
        let trimmed = |prefix: &String| trim(prefix, separator).to_owned();
        for prefix in application.iter().chain(broker).chain([user]) {
            let begins = trimmed(prefix).starts_with('/') || separator != Separator::Slash;
            // What follows the user prefix begins with a slash, whatever the separator is.
            let is_malformed = trimmed(prefix).is_empty() || !begins;
            if is_malformed || (prefix == user && !prefix.starts_with('/')) {
                problems.push(ConfigProblem::MalformedPrefix(prefix.clone()));
            }
        }
        let user_prefix = trimmed(user);
        let mut others = application.iter().chain(broker).map(trimmed);
        if !user_prefix.is_empty() && others.any(|other| other == user_prefix) {
            problems.push(ConfigProblem::PrefixUsedTwice(user.clone()));
        }
    }
}

fn check_all(
    config: Vec<ConfigProblem>,
    assembled: Result<Handlers, Vec<crate::handler::BuildProblem>>,
) -> Result<Handlers, BuildError> {
    match assembled {
        Ok(handlers) if config.is_empty() => Ok(handlers),
        Ok(_) => Err(BuildError {
            config,
            handlers: Vec::new(),
        }),
        Err(handlers) => Err(BuildError { config, handlers }),
    }
}

/// The start-up log: a handler that is missing here was not linked in.
fn log(state: &ServerState) {
    let Config {
        application_destination_prefixes,
        broker_destination_prefixes,
        user_destination_prefix,
        ..
    } = &*state.config;
    tracing::info!(
        endpoints = ?state.endpoints.iter().flat_map(Endpoint::paths).collect::<Vec<_>>(),
        application = ?application_destination_prefixes,
        broker = ?broker_destination_prefixes,
        user = %user_destination_prefix,
        heart_beat = %state.config.session.heart_beat,
        max_frame = state.config.session.limits.frame,
        max_body = state.config.session.limits.body,
        outbox_limit = state.config.outbox_limit,
        "stomp-server"
    );
    for route in state.handlers.routes() {
        tracing::info!("{route}");
    }
}
