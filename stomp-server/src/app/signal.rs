//! When an operating system or a person asks a program to end.

/// Waits for Ctrl-C or, on Unix, SIGTERM: what [`BoundServer::serve_until`](crate::BoundServer::serve_until) takes.
///
/// ```no_run
/// # async fn run(server: stomp_server::BoundServer) -> std::io::Result<()> {
/// server.serve_until(stomp_server::shutdown_signal()).await
/// # }
/// ```
///
/// # Panics
///
/// When the operating system does not let the program listen to signals.
pub async fn shutdown_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate =
            signal(SignalKind::terminate()).expect("the system lets programs listen to SIGTERM");
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}
