//! All destinations that somebody is subscribed to.

use std::{
    collections::{HashMap, hash_map::RandomState},
    fmt,
    hash::BuildHasher,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use super::Topic;
use crate::{activity::Survey, broker::Address};

const SHARDS: usize = 64;

type Shard = RwLock<HashMap<Address, Arc<Topic>>>;

/// The topics by address.
///
/// There is one topic of an address at a time: one that is removed is [retired](Topic::retire) first, and takes no
/// message any more.
pub(super) struct Topics {
    shards: Box<[Shard]>,
    hasher: RandomState,
    /// Begins the message ids of the next topic.
    next_epoch: AtomicU64,
}

impl fmt::Debug for Topics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topics")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl Topics {
    pub(super) fn new() -> Self {
        Self {
            shards: std::iter::repeat_with(Shard::default).take(SHARDS).collect(),
            hasher: RandomState::new(),
            next_epoch: AtomicU64::new(1),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| read(shard).len()).sum()
    }

    pub(super) fn get(&self, address: &Address) -> Option<Arc<Topic>> {
        read(self.shard(address)).get(address).cloned()
    }

    /// The topic of an address, made if it is not there; `with` runs before anybody can remove it again.
    pub(super) fn with<R>(&self, address: &Address, with: impl FnOnce(&Arc<Topic>) -> R) -> R {
        let mut shard = write(self.shard(address));
        let topic = shard.entry(address.clone()).or_insert_with(|| {
            let epoch = self.next_epoch.fetch_add(1, Ordering::Relaxed);
            Arc::new(Topic::new(address.clone(), epoch))
        });
        with(topic)
    }

    /// Forgets a topic that nobody is subscribed to and no pattern was found for. Where somebody walks it, it is seen
    /// to when the walk ends.
    pub(super) fn forget_if_idle(&self, address: &Address) {
        let mut shard = write(self.shard(address));
        if shard.get(address).is_some_and(|topic| topic.retire()) {
            shard.remove(address);
        }
        if shard.is_empty() {
            shard.shrink_to_fit();
        }
    }

    /// Notes which topics are walked. One that was made and removed again between two looks has moved the epoch.
    pub(super) fn survey(&self, survey: &mut Survey) {
        survey.note(false, self.next_epoch.load(Ordering::Acquire));
        for shard in &self.shards {
            for topic in read(shard).values() {
                topic.survey(survey);
            }
        }
    }

    fn shard(&self, address: &Address) -> &Shard {
        // The remainder of a small modulus fits.
        &self.shards[(self.hasher.hash_one(address) % SHARDS as u64) as usize]
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
