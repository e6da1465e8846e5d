//! The server that is measured: one that runs already, or a fresh child of this program.

use anyhow::Result;
use clap::Args;

use crate::child::Child;
use crate::client::{Connection, http_get};
use crate::pin::Pinning;
use crate::wire::stomp::Login;
use crate::wire::url::Url;

/// Which server is measured, and how the result is shown.
#[derive(Args, Clone, Debug)]
pub(crate) struct TargetArgs {
    /// Endpoint of a running server, such as ws://127.0.0.1:15674/ws [default: starts `load serve`]
    #[arg(long, requires = "pid")]
    url: Option<Url>,
    /// Process of that server
    #[arg(long, requires = "url")]
    pid: Option<u32>,
    /// Header `login` of CONNECT
    #[arg(long)]
    login: Option<String>,
    /// Header `passcode` of CONNECT
    #[arg(long)]
    passcode: Option<String>,
    /// Header `host` of CONNECT
    #[arg(long, default_value = "/")]
    host: String,
    /// Worker threads of the server this program starts [default: one for each processor it may use]
    #[arg(long)]
    workers: Option<usize>,
    /// Leave the placement of processes to the system
    #[arg(long)]
    no_pin: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

/// A server that is running.
#[derive(Debug)]
pub(crate) struct Target {
    /// Its STOMP endpoint.
    pub(crate) url: Url,
    /// Its process.
    pub(crate) pid: u32,
    /// What CONNECT says.
    pub(crate) login: Login,
    /// Where processes are kept.
    pub(crate) pinning: Pinning,
    /// Ends with the target.
    _child: Option<Child>,
}

/// What `load serve` counts, as it answers on `/stats`.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Counters {
    /// Frames written to clients.
    pub(crate) frames: Option<u64>,
    /// System calls that wrote them.
    pub(crate) writes: Option<u64>,
    /// Allocations made since the start.
    pub(crate) allocations: Option<u64>,
}

impl TargetArgs {
    /// Finds the server, or starts one.
    pub(crate) fn open(&self) -> Result<Target> {
        let running = self.url.clone().zip(self.pid);
        // A server that runs already stays where it is, so the floor has to run free as well.
        let pinning = Pinning::set_up(!self.no_pin && running.is_none());
        if let Some((url, pid)) = running {
            return Ok(Target {
                url,
                pid,
                login: self.login(),
                pinning,
                _child: None,
            });
        }
        self.start(&pinning.launcher(), pinning)
    }

    /// Starts a server through a launcher of the caller's.
    pub(crate) fn start(&self, launcher: &[String], pinning: Pinning) -> Result<Target> {
        let mut arguments = vec![
            "serve".to_owned(),
            "--listen".to_owned(),
            "127.0.0.1:0".to_owned(),
        ];
        if let Some(workers) = self.workers {
            arguments.extend(["--workers".to_owned(), workers.to_string()]);
        }
        let child = Child::start(launcher, &arguments)?;
        let url = Url {
            authority: child.address.to_string(),
            path: "/ws".to_owned(),
        };
        Ok(Target {
            url,
            pid: child.pid(),
            login: self.login(),
            pinning,
            _child: Some(child),
        })
    }

    /// Whether the server is one that this program did not start.
    pub(crate) fn is_foreign(&self) -> bool {
        self.url.is_some()
    }

    /// The same, with one worker thread in the server that is started.
    pub(crate) fn one_worker(&self) -> Self {
        Self {
            workers: Some(1),
            ..self.clone()
        }
    }

    fn login(&self) -> Login {
        Login {
            login: self.login.clone(),
            passcode: self.passcode.clone(),
            host: self.host.clone(),
        }
    }
}

impl Target {
    /// A connected session without heart-beats.
    pub(crate) fn session(&self) -> Result<Connection> {
        let mut connection = Connection::open(&self.url, None)?;
        connection.connect(&self.login, 0)?;
        Ok(connection)
    }

    /// What the server counts itself, if it does.
    pub(crate) fn counters(&self) -> Counters {
        let page = http_get(&self.url, "/stats").ok();
        page.and_then(|body| serde_json::from_slice(&body).ok())
            .unwrap_or_default()
    }
}
