//! Whoever answers questions: an adapter to the DNS, a zone, a cache in front of either.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::future::Future;
use core::pin::Pin;

use crate::answer::Answer;
use crate::question::Question;

/// Answers a question, blocking for as long as it takes.
pub trait Resolve {
    /// The answer; what went wrong is an [`Answer::Failed`].
    fn resolve(&self, question: &Question) -> Answer;
}

/// Answers a question without blocking.
pub trait AsyncResolve: Send + Sync {
    /// A future of the answer; what went wrong is an [`Answer::Failed`].
    fn resolve(&self, question: Question) -> Lookup<'_>;
}

/// A question on its way.
pub type Lookup<'r> = Pin<Box<dyn Future<Output = Answer> + Send + 'r>>;

impl<R: Resolve + ?Sized> Resolve for &R {
    fn resolve(&self, question: &Question) -> Answer {
        (**self).resolve(question)
    }
}

impl<R: Resolve + ?Sized> Resolve for Arc<R> {
    fn resolve(&self, question: &Question) -> Answer {
        (**self).resolve(question)
    }
}

impl<R: Resolve + ?Sized> Resolve for Box<R> {
    fn resolve(&self, question: &Question) -> Answer {
        (**self).resolve(question)
    }
}

impl<R: AsyncResolve + ?Sized> AsyncResolve for &R {
    fn resolve(&self, question: Question) -> Lookup<'_> {
        (**self).resolve(question)
    }
}

impl<R: AsyncResolve + ?Sized> AsyncResolve for Arc<R> {
    fn resolve(&self, question: Question) -> Lookup<'_> {
        (**self).resolve(question)
    }
}

impl<R: AsyncResolve + ?Sized> AsyncResolve for Box<R> {
    fn resolve(&self, question: Question) -> Lookup<'_> {
        (**self).resolve(question)
    }
}
