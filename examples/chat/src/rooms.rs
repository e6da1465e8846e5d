//! Who is where, and what was said.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    fmt,
    str::FromStr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::Serialize;
use stomp_server::SessionId;

/// How much of a room's talk newcomers get to read.
const HISTORY: usize = 50;

/// The name of a room: letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub(crate) struct RoomName(String);

#[derive(Debug, thiserror::Error)]
#[error("a room's name has 1 to 32 letters, digits, `-` and `_`")]
pub(crate) struct BadRoomName;

impl FromStr for RoomName {
    type Err = BadRoomName;

    fn from_str(name: &str) -> Result<Self, BadRoomName> {
        let fits = (1..=32).contains(&name.chars().count());
        let plain = name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        if fits && plain {
            Ok(Self(name.to_owned()))
        } else {
            Err(BadRoomName)
        }
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something that was said.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Line {
    pub(crate) room: RoomName,
    pub(crate) from: String,
    pub(crate) text: String,
    pub(crate) at: Timestamp,
}

/// A room in the list of rooms.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RoomSummary {
    name: RoomName,
    members: usize,
}

/// All rooms that somebody is in, and what was said in them.
#[derive(Default)]
pub(crate) struct Rooms(Mutex<BTreeMap<RoomName, Room>>);

#[derive(Default)]
struct Room {
    lines: VecDeque<Line>,
    /// A person may be here with several tabs.
    members: HashMap<SessionId, String>,
}

impl Rooms {
    /// Somebody comes in; says whether they were not here yet, with another tab.
    pub(crate) fn join(&self, room: &RoomName, session: SessionId, name: &str) -> bool {
        let mut rooms = self.lock();
        let members = &mut rooms.entry(room.clone()).or_default().members;
        let is_new = !members.values().any(|member| member == name);
        members.insert(session, name.to_owned());
        is_new
    }

    /// Somebody leaves; gives back their name when it was their last tab.
    pub(crate) fn leave(&self, room: &RoomName, session: SessionId) -> Option<String> {
        let mut rooms = self.lock();
        let members = &mut rooms.get_mut(room)?.members;
        let name = members.remove(&session)?;
        let is_gone = !members.values().any(|member| *member == name);
        is_gone.then_some(name)
    }

    pub(crate) fn say(&self, room: RoomName, from: &str, text: String) -> Line {
        let line = Line {
            room: room.clone(),
            from: from.to_owned(),
            text,
            at: Timestamp::now(),
        };
        let mut rooms = self.lock();
        let lines = &mut rooms.entry(room).or_default().lines;
        if lines.len() == HISTORY {
            lines.pop_front();
        }
        lines.push_back(line.clone());
        line
    }

    pub(crate) fn history(&self, room: &RoomName) -> Vec<Line> {
        self.lock()
            .get(room)
            .map(|room| room.lines.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// The names of those in a room, in order.
    pub(crate) fn members(&self, room: &RoomName) -> Vec<String> {
        let rooms = self.lock();
        let names: BTreeSet<_> = rooms
            .get(room)
            .iter()
            .flat_map(|room| room.members.values())
            .cloned()
            .collect();
        names.into_iter().collect()
    }

    pub(crate) fn rooms_of(&self, session: SessionId) -> Vec<RoomName> {
        let rooms = self.lock();
        let inhabited = rooms
            .iter()
            .filter(|(_, room)| room.members.contains_key(&session));
        inhabited.map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn summaries(&self) -> Vec<RoomSummary> {
        let summary = |(name, room): (&RoomName, &Room)| {
            let members: BTreeSet<_> = room.members.values().collect();
            RoomSummary {
                name: name.clone(),
                members: members.len(),
            }
        };
        self.lock().iter().map(summary).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<RoomName, Room>> {
        // No change is left half-done, so a panic elsewhere need not spread.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
