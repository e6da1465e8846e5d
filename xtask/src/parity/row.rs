//! The lines of the table.

/// The rows that wait for the relay, a bus between servers or SockJS.
const WAITING: [&str; 15] = [
    "CONV-17", "USER-21", "USER-22", "USER-23", "USER-29", "USER-30", "USER-31", "BRK-46", "BRK-47",
    "BRK-48", "BRK-49", "BRK-50", "BRK-51", "CFG-07", "CFG-08",
];

/// One behaviour of Spring's, and what became of it.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) status: Status,
    pub(super) witnesses: Vec<Witness>,
}

/// What became of a behaviour.
pub(super) enum Status {
    Same,
    Better(String),
    NotApplicable(String),
    /// It comes with a part that is not there yet.
    Open(String),
    Unknown(String),
}

/// What shows it.
pub(super) enum Witness {
    /// `path/to/file.rs::function`, or a file alone.
    Test(String),
    /// `group/name` of a recorded conversation.
    Scenario(String),
}

impl Row {
    /// The rows of a Markdown text, and the lines that look like rows and are none.
    pub(super) fn read_all(text: &str) -> (Vec<Self>, Vec<String>) {
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        for line in text.lines().filter(|line| line.starts_with("| ")) {
            let cells = cells(line);
            match cells.as_slice() {
                [id, ..] if !is_id(id) => {}
                [id, _, here, shown] => rows.push(Self {
                    id: id.clone(),
                    status: Status::parse(here),
                    witnesses: witnesses(shown),
                }),
                [id, ..] => problems.push(format!("{id}: its line has {} cells, not four", cells.len())),
                [] => {}
            }
        }
        (rows, problems)
    }

    /// Does it need what is not there yet: the relay, a bus between servers, SockJS?
    pub(super) fn may_be_open(&self) -> bool {
        WAITING.contains(&&*self.id)
    }
}

impl Status {
    fn parse(text: &str) -> Self {
        let (name, why) = text.split_once(':').unwrap_or((text, ""));
        let why = why.trim().to_owned();
        match name.trim() {
            "same" => Self::Same,
            "better" => Self::Better(why),
            "not applicable" => Self::NotApplicable(why),
            "open" => Self::Open(why),
            _ => Self::Unknown(text.to_owned()),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Better(_) => "better",
            Self::NotApplicable(_) => "not applicable",
            Self::Open(_) => "open",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// The cells of a table's line; `\|` is no border.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim().trim_start_matches('|').trim_end_matches('|');
    let marked = line.replace("\\|", "\0");
    marked
        .split('|')
        .map(|cell| cell.trim().replace('\0', "|"))
        .collect()
}

fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(area, number)| {
        !area.is_empty()
            && area.bytes().all(|octet| octet.is_ascii_uppercase())
            && !number.is_empty()
            && number.bytes().all(|octet| octet.is_ascii_digit())
    })
}

/// What stands between back-ticks.
fn witnesses(cell: &str) -> Vec<Witness> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted
        .map(|text| match text.strip_prefix("scenario ") {
            Some(name) => Witness::Scenario(name.trim().to_owned()),
            None => Witness::Test(text.to_owned()),
        })
        .collect()
}
