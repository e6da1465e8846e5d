//! Who is where, and what was said.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    fmt,
    str::FromStr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use stomp_server::SessionId;

/// How much of a room's talk newcomers get to read.
const HISTORY: usize = 50;
/// How many rooms there may be at a time. A room is there while somebody is in it.
const MOST: usize = 1_000;

/// The name of a room: letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct RoomName(String);

#[derive(Debug, thiserror::Error)]
#[error("a room's name has 1 to 32 letters, digits, `-` and `_`")]
pub(crate) struct BadRoomName;

#[derive(Debug, thiserror::Error)]
pub(crate) enum RoomError {
    #[error("there are {MOST} rooms already")]
    TooMany,
    #[error("come in first")]
    NotIn,
}

impl TryFrom<String> for RoomName {
    type Error = BadRoomName;

    fn try_from(name: String) -> Result<Self, BadRoomName> {
        let fits = (1..=32).contains(&name.chars().count());
        let plain = name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        if fits && plain {
            Ok(Self(name))
        } else {
            Err(BadRoomName)
        }
    }
}

impl FromStr for RoomName {
    type Err = BadRoomName;

    fn from_str(name: &str) -> Result<Self, BadRoomName> {
        Self::try_from(name.to_owned())
    }
}

impl From<RoomName> for String {
    fn from(RoomName(name): RoomName) -> Self {
        name
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
    /// Counts the lines of a room.
    id: u64,
    room: RoomName,
    from: String,
    text: String,
    at: Timestamp,
}

/// A room in the list of rooms.
#[derive(Debug, Serialize)]
pub(crate) struct RoomSummary {
    name: RoomName,
    members: usize,
}

/// All rooms that somebody is in, and what was said in them.
#[derive(Default)]
pub(crate) struct Rooms(Mutex<BTreeMap<RoomName, Room>>);

#[derive(Default)]
struct Room {
    said: u64,
    lines: VecDeque<Line>,
    /// A person may be here with several tabs.
    members: HashMap<SessionId, String>,
}

impl Rooms {
    /// Somebody comes in; says whether they were not here yet, with another tab.
    pub(crate) fn join(&self, room: &RoomName, session: SessionId, name: &str) -> Result<bool, RoomError> {
        let mut rooms = self.lock();
        if rooms.len() >= MOST && !rooms.contains_key(room) {
            return Err(RoomError::TooMany);
        }
        let members = &mut rooms.entry(room.clone()).or_default().members;
        let is_new = !members.values().any(|member| member == name);
        members.insert(session, name.to_owned());
        Ok(is_new)
    }

    /// Somebody leaves; gives back their name when it was their last tab. The last one out takes the room along.
    pub(crate) fn leave(&self, name: &RoomName, session: SessionId) -> Option<String> {
        let mut rooms = self.lock();
        let room = rooms.get_mut(name)?;
        let member = room.members.remove(&session)?;
        let is_gone = !room.members.values().any(|other| *other == member);
        if room.members.is_empty() {
            rooms.remove(name);
        }
        is_gone.then_some(member)
    }

    /// Somebody who is in a room says something.
    pub(crate) fn say(&self, name: RoomName, session: SessionId, text: String) -> Result<Line, RoomError> {
        let mut rooms = self.lock();
        let room = rooms.get_mut(&name).ok_or(RoomError::NotIn)?;
        let from = room.members.get(&session).cloned().ok_or(RoomError::NotIn)?;
        room.said += 1;
        let line = Line {
            id: room.said,
            room: name,
            from,
            text,
            at: Timestamp::now(),
        };
        if room.lines.len() == HISTORY {
            room.lines.pop_front();
        }
        room.lines.push_back(line.clone());
        Ok(line)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn lobby() -> RoomName {
        "lobby".parse().expect("a name")
    }

    fn session(bits: u128) -> SessionId {
        SessionId::from_bits(bits)
    }

    #[test]
    fn a_person_with_two_tabs_comes_once_and_leaves_once() {
        let rooms = Rooms::default();
        assert!(rooms.join(&lobby(), session(1), "ann").expect("room"));
        assert!(!rooms.join(&lobby(), session(2), "ann").expect("room"));
        assert_eq!(rooms.members(&lobby()), ["ann"]);
        assert_eq!(rooms.leave(&lobby(), session(1)), None);
        assert_eq!(rooms.leave(&lobby(), session(2)), Some("ann".to_owned()));
        assert!(rooms.summaries().is_empty(), "an empty room is no room");
    }

    #[test]
    fn only_who_is_in_a_room_speaks_there_and_newcomers_read_the_last_lines() {
        let rooms = Rooms::default();
        assert!(rooms.say(lobby(), session(1), "hi".to_owned()).is_err());
        rooms.join(&lobby(), session(1), "ann").expect("room");
        for n in 0..=HISTORY {
            rooms.say(lobby(), session(1), n.to_string()).expect("in");
        }
        let texts: Vec<_> = rooms
            .history(&lobby())
            .into_iter()
            .map(|line| line.text)
            .collect();
        assert_eq!((texts.len(), texts[0].as_str()), (HISTORY, "1"));
    }

    #[test]
    fn names_of_rooms_are_plain() {
        for (name, fits) in [
            ("lobby", true),
            ("a-b_1", true),
            ("", false),
            ("a/b", false),
            ("a b", false),
            ("*", false),
        ] {
            assert_eq!(name.parse::<RoomName>().is_ok(), fits, "{name:?}");
        }
    }
}
