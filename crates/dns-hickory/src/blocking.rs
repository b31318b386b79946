//! The resolver for everybody else.

use core::net::SocketAddr;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use dns_txt::{Answer, AsyncResolve, Failure, Question, Resolve};
use tokio::runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::options::Options;
use crate::resolver::{HickoryResolver, ResolverError};

/// Asks name servers and waits for what they say.
///
/// A thread of its own does the asking, so that this works without a runtime, within one (where it
/// blocks the calling thread, and nothing else goes wrong) and from many threads at once. The
/// thread ends when the resolver is dropped.
#[derive(Debug)]
pub struct BlockingResolver {
    /// `None` only while the resolver is being dropped.
    requests: Option<UnboundedSender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl BlockingResolver {
    /// Asks the name servers of the system (`/etc/resolv.conf` on Unix).
    pub fn system(options: &Options) -> Result<Self, ResolverError> {
        Self::start(HickoryResolver::system(options)?)
    }

    /// Asks these name servers, over UDP, and over TCP where an answer is too long.
    pub fn with_name_servers(
        servers: &[SocketAddr],
        options: &Options,
    ) -> Result<Self, ResolverError> {
        Self::start(HickoryResolver::with_name_servers(servers, options)?)
    }

    fn start(resolver: HickoryResolver) -> Result<Self, ResolverError> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| ResolverError::Thread { source })?;
        let (requests, incoming) = unbounded_channel();
        let thread = thread::Builder::new()
            .name("dns-hickory".into())
            .spawn(move || runtime.block_on(serve(resolver, incoming)))
            .map_err(|source| ResolverError::Thread { source })?;
        Ok(Self {
            requests: Some(requests),
            thread: Some(thread),
        })
    }

    fn ask(&self, question: &Question) -> Option<Answer> {
        let (answer_to, answer) = sync_channel(1);
        let request = Request {
            question: question.clone(),
            answer_to,
        };
        self.requests.as_ref()?.send(request).ok()?;
        answer.recv().ok()
    }
}

impl Resolve for BlockingResolver {
    fn resolve(&self, question: &Question) -> Answer {
        // There is no answer if hickory panicked, and only then.
        self.ask(question)
            .unwrap_or(Answer::Failed(Failure::ServerFailure))
    }
}

impl Drop for BlockingResolver {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was reported when it happened.
            let _ = thread.join();
        }
    }
}

#[derive(Debug)]
struct Request {
    question: Question,
    answer_to: SyncSender<Answer>,
}

/// Answers requests side by side until nobody can send one any more.
async fn serve(resolver: HickoryResolver, mut requests: UnboundedReceiver<Request>) {
    while let Some(request) = requests.recv().await {
        let resolver = resolver.clone();
        tokio::spawn(async move {
            let answer = resolver.resolve(request.question).await;
            // Whoever asked waits for as long as the resolver lives.
            let _ = request.answer_to.send(answer);
        });
    }
}
