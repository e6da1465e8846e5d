use bytes::Bytes;
use stomp_core::{Headers, Version, session::SubscriptionKey};

use super::*;
use crate::{
    activity::Passages,
    broker::{EncodingKey, Framing, Lane, Lanes, Latch, Lost},
    session::{SessionId, Shared},
};

fn broker(pattern_cache: usize) -> SimpleBroker {
    broker_with(&Config {
        pattern_cache,
        ..Config::default()
    })
}

fn broker_with(config: &Config) -> SimpleBroker {
    let delivery = Delivery {
        outbound: OutboundChannel::default(),
        counters: Arc::default(),
        env: Env::system(),
        tasks: TaskTracker::new(),
    };
    SimpleBroker::new(delivery, config)
}

fn shared(path: &str) -> Address {
    Address::Shared(path.into())
}

fn own(path: &str) -> Address {
    Address::User {
        session: SessionId::from_bits(1),
        path: path.into(),
    }
}

fn subscribe(broker: &SimpleBroker, address: &Address) -> Ticket {
    subscribe_to(broker, address, None)
}

/// Subscribes to the messages that a selector wants.
fn subscribe_to(broker: &SimpleBroker, address: &Address, selector: Option<&str>) -> Ticket {
    let subscription = Subscription {
        address: address.clone(),
        session: Arc::new(Shared::new(SessionId::from_bits(1), 1 << 20)),
        key: SubscriptionKey {
            slot: 0,
            generation: 1,
        },
        encoding: EncodingKey {
            id: "s".into(),
            version: Version::V1_2,
            framing: Framing::WebSocket,
        },
        selector: selector.map(|text| Arc::new(text.parse().expect("it is well formed"))),
    };
    broker.subscribe(subscription, Completion::unheeded())
}

fn unsubscribe(broker: &SimpleBroker, address: &Address, ticket: Ticket) {
    broker.unsubscribe(address, ticket, Completion::unheeded());
}

fn publication(address: &Address) -> Publication {
    Publication {
        address: address.clone(),
        destination: Arc::clone(address.path()),
        headers: Headers::new(),
        body: Bytes::from_static(b"x"),
    }
}

/// More subscribers than one go serves.
fn subscribe_many(broker: &SimpleBroker, address: &Address) {
    for _ in 0..5000 {
        subscribe(broker, address);
    }
}

fn publish_witnessed(broker: &SimpleBroker, address: &Address) -> Arc<Latch> {
    let latch = Arc::new(Latch::default());
    let witness = Witness::latch(&latch);
    broker
        .publish(publication(address), witness, Room::Limited)
        .expect("it fits");
    latch
}

fn publish(broker: &SimpleBroker, address: &Address) {
    broker
        .publish(publication(address), Witness::NOBODY, Room::Limited)
        .expect("it fits");
}

/// Enters a message of a publisher that does not walk yet.
fn enter(topic: &Topic) -> bool {
    let place = topic.line().expect("not retired");
    let publication = publication(topic.address());
    place
        .enter(publication, Matched::default(), usize::MAX, Witness::NOBODY)
        .expect("there is no limit")
}

#[test]
fn a_topic_whose_last_subscriber_leaves_during_a_walk_is_forgotten_when_the_walk_ends() {
    let broker = broker(10);
    let address = shared("/topic/a");
    let ticket = subscribe(&broker, &address);
    let topic = broker.topics.get(&address).expect("somebody is subscribed");
    assert!(enter(&topic));
    unsubscribe(&broker, &address, ticket);
    assert_eq!(broker.topics.len(), 1, "it is walked");
    broker.drain(Arc::clone(&topic), Witness::NOBODY);
    assert_eq!(broker.topics.len(), 0);
}

/// Rows: BRK-24
#[test]
fn a_topic_that_is_evicted_during_a_walk_is_forgotten_when_the_walk_ends() {
    let broker = broker(1);
    subscribe(&broker, &shared("/topic/*"));
    publish(&broker, &shared("/topic/a"));
    let topic = broker.topics.get(&shared("/topic/a")).expect("remembered");
    assert!(enter(&topic));
    publish(&broker, &shared("/topic/b"));
    assert_eq!(broker.topics.len(), 2);
    broker.drain(Arc::clone(&topic), Witness::NOBODY);
    assert_eq!(broker.topics.len(), 1);
    assert!(broker.topics.get(&shared("/topic/b")).is_some());
}

#[test]
fn a_subscriber_who_comes_during_the_walk_keeps_the_topic() {
    let broker = broker(10);
    let address = shared("/topic/a");
    let ticket = subscribe(&broker, &address);
    let topic = broker.topics.get(&address).expect("somebody is subscribed");
    assert!(enter(&topic));
    unsubscribe(&broker, &address, ticket);
    let ticket = subscribe(&broker, &address);
    broker.drain(Arc::clone(&topic), Witness::NOBODY);
    assert!(Arc::ptr_eq(&topic, &broker.topics.get(&address).expect("kept")));
    unsubscribe(&broker, &address, ticket);
    assert_eq!(broker.topics.len(), 0);
}

#[test]
fn a_retired_topic_takes_nothing_any_more() {
    let broker = broker(10);
    let address = shared("/topic/a");
    let ticket = subscribe(&broker, &address);
    let topic = broker.topics.get(&address).expect("somebody is subscribed");
    unsubscribe(&broker, &address, ticket);
    assert!(topic.line().is_none());
    assert_eq!(broker.patterns.remember(&topic).err(), Some(Retired));
}

#[test]
fn what_is_not_remembered_leaves_no_topic_behind() {
    let broker = broker(0);
    for address in [shared("/topic/a"), own("/queue/a")] {
        let pattern = match &address {
            Address::Shared(_) => shared("/topic/*"),
            Address::User { .. } => own("/queue/*"),
        };
        let ticket = subscribe(&broker, &pattern);
        publish(&broker, &address);
        assert_eq!(broker.topics.len(), 0, "{address:?}");
        unsubscribe(&broker, &pattern, ticket);
    }
    assert_eq!(broker.delivery.counters.snapshot().messages_unheard, 0);
}

#[test]
fn a_topic_that_no_pattern_matches_goes_with_its_last_subscriber() {
    let broker = broker(10);
    subscribe(&broker, &shared("/queue/*"));
    let address = shared("/topic/a");
    let ticket = subscribe(&broker, &address);
    publish(&broker, &address);
    unsubscribe(&broker, &address, ticket);
    assert_eq!(broker.topics.len(), 0);
}

/// Rows: BRK-23
#[test]
fn no_topic_is_left_when_many_come_and_go_at_once() {
    let broker = broker(2);
    std::thread::scope(|scope| {
        for n in 0..4 {
            let broker = &broker;
            scope.spawn(move || {
                for round in 0..2000 {
                    let address = shared(["/topic/a", "/topic/b", "/topic/c"][(n + round) % 3]);
                    let pattern = shared("/topic/*");
                    let tickets = [subscribe(broker, &address), subscribe(broker, &pattern)];
                    publish(broker, &address);
                    let [exact, all] = tickets;
                    unsubscribe(broker, &address, exact);
                    unsubscribe(broker, &pattern, all);
                }
            });
        }
    });
    assert_eq!(broker.topics.len(), 0);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
}

#[test]
fn a_walk_whose_runtime_goes_away_is_lost_and_the_next_publisher_walks() {
    let broker = broker(10);
    let address = shared("/topic/a");
    let first = runtime();
    first.block_on(async { broker.delivery.env.enter_runtime() });
    subscribe_many(&broker, &address);
    // The one is handed over, the other waits behind it.
    let lost = [
        publish_witnessed(&broker, &address),
        publish_witnessed(&broker, &address),
    ];
    assert_eq!(broker.delivery.tasks.len(), 1);
    drop(first);
    assert_eq!(broker.delivery.tasks.len(), 0);
    let second = runtime();
    for latch in lost {
        assert_eq!(second.block_on(latch.opened()), Err(Lost));
    }
    // There is no runtime to hand over to any more, which nobody waits for either.
    let late = publish_witnessed(&broker, &address);
    assert_eq!(second.block_on(late.opened()), Err(Lost));
    let topic = broker.topics.get(&address).expect("somebody is subscribed");
    assert!(enter(&topic), "nobody walks");
}

#[test]
fn who_waits_for_the_tasks_waits_for_walks_that_were_handed_over() {
    let runtime = runtime();
    let broker = broker(10);
    let address = shared("/topic/a");
    runtime.block_on(async {
        broker.delivery.env.enter_runtime();
        subscribe_many(&broker, &address);
        let latch = publish_witnessed(&broker, &address);
        assert_eq!(broker.delivery.tasks.len(), 1);
        broker.delivery.tasks.close();
        broker.delivery.tasks.wait().await;
        assert_eq!(latch.opened().await, Ok(()));
    });
}

#[test]
fn a_publisher_serves_one_go_and_a_task_the_rest_of_the_line() {
    let runtime = runtime();
    let broker = broker(10);
    let address = shared("/topic/a");
    subscribe(&broker, &address);
    let topic = broker.topics.get(&address).expect("somebody is subscribed");
    runtime.block_on(async {
        broker.delivery.env.enter_runtime();
        assert!(enter(&topic));
        for _ in 0..5000 {
            assert!(!enter(&topic), "somebody walks already");
        }
        broker.drain(Arc::clone(&topic), Witness::NOBODY);
        assert_eq!(broker.delivery.tasks.len(), 1);
        broker.delivery.tasks.close();
        broker.delivery.tasks.wait().await;
        assert!(enter(&topic), "the line is empty and nobody walks");
    });
}

#[test]
fn a_fan_out_of_a_thousand_is_served_in_the_publishers_go() {
    let broker = broker(10);
    let address = shared("/topic/a");
    for _ in 0..1000 {
        subscribe(&broker, &address);
    }
    publish(&broker, &address);
    assert!(broker.delivery.tasks.is_empty());
    let topic = broker.topics.get(&address).expect("somebody is subscribed");
    assert!(enter(&topic), "nobody walks any more");
}

#[test]
fn what_does_not_fit_into_the_line_is_refused_until_there_is_room_again() {
    let address = shared("/topic/a");
    let broker = broker_with(&Config {
        publish_queue_limit: 3 * publication(&address).size(),
        ..Config::default()
    });
    subscribe(&broker, &address);
    let topic = broker.topics.get(&address).expect("somebody is subscribed");
    for round in 1..=2 {
        assert!(enter(&topic), "the one that is walked does not count");
        let waiting = [(); 3].map(|()| publish_witnessed(&broker, &address));
        let latch = Arc::new(Latch::default());
        let refused = broker.publish(publication(&address), Witness::latch(&latch), Room::Limited);
        assert_eq!(refused, Err(Refused));
        assert!(!latch.is_expecting(), "who is refused does not wait");
        broker.drain(Arc::clone(&topic), Witness::NOBODY);
        for latch in waiting {
            assert_eq!(runtime().block_on(latch.opened()), Ok(()));
        }
        let counters = broker.delivery.counters.snapshot();
        assert_eq!(
            (counters.publishes_refused, counters.messages_published),
            (round, 3 * round)
        );
    }
}

#[test]
fn one_message_may_wait_however_large_it_is() {
    let address = shared("/topic/a");
    let broker = broker_with(&Config {
        publish_queue_limit: 0,
        ..Config::default()
    });
    subscribe(&broker, &address);
    let topic = broker.topics.get(&address).expect("somebody is subscribed");
    assert!(enter(&topic));
    publish(&broker, &address);
    let refused = broker.publish(publication(&address), Witness::NOBODY, Room::Limited);
    assert_eq!(refused, Err(Refused));
    let owed = broker.publish(publication(&address), Witness::NOBODY, Room::Owed);
    assert_eq!(owed, Ok(()), "what was accepted elsewhere is not refused here");
}

fn lanes(broker: &Arc<SimpleBroker>) -> Arc<Lanes> {
    Arc::new(Lanes {
        broker: Arc::clone(broker) as Arc<dyn Broker>,
        counters: Arc::clone(&broker.delivery.counters),
        env: broker.delivery.env.clone(),
        tasks: broker.delivery.tasks.clone(),
        passages: Passages::default(),
    })
}

fn publish_in(lane: &Arc<Lane>, address: &Address) -> Arc<Latch> {
    let latch = Arc::new(Latch::default());
    lane.publish(publication(address), Witness::latch(&latch))
        .expect("it fits");
    latch
}

#[test]
fn what_waits_in_a_lane_whose_runtime_goes_away_is_lost_and_the_next_message_does_not_wait() {
    let broker = broker(10);
    let (wide, small) = (shared("/topic/wide"), shared("/topic/small"));
    subscribe_many(&broker, &wide);
    subscribe(&broker, &small);
    let lanes = lanes(&Arc::new(broker));
    let first = runtime();
    first.block_on(async { lanes.env.enter_runtime() });
    let lane = lanes.lane(usize::MAX);
    let lost = [
        publish_in(&lane, &wide),
        publish_in(&lane, &small),
        publish_in(&lane, &wide),
    ];
    assert!(lost.iter().all(|latch| latch.is_expecting()));
    drop(first);
    let second = runtime();
    for latch in lost {
        assert_eq!(second.block_on(latch.opened()), Err(Lost));
    }
    let after = publish_in(&lane, &small);
    assert!(!after.is_expecting(), "nothing is before it");
    assert_eq!(second.block_on(after.opened()), Ok(()));
}

#[test]
fn a_lane_waits_for_its_own_messages_only() {
    let broker = broker(10);
    let (wide, small) = (shared("/topic/wide"), shared("/topic/small"));
    subscribe_many(&broker, &wide);
    subscribe(&broker, &small);
    let lanes = lanes(&Arc::new(broker));
    runtime().block_on(async {
        lanes.env.enter_runtime();
        let (one, other) = (lanes.lane(usize::MAX), lanes.lane(usize::MAX));
        let late = [publish_in(&one, &wide), publish_in(&one, &small)];
        assert!(!publish_in(&other, &small).is_expecting());
        for latch in late {
            assert_eq!(latch.opened().await, Ok(()));
        }
        lanes.tasks.close();
        lanes.tasks.wait().await;
        assert_eq!(Survey::count(|survey| lanes.passages.survey(survey)), 0);
        assert!(!publish_in(&one, &small).is_expecting());
    });
}

/// What ends in the middle of a walk does not begin another one there.
#[test]
fn a_lane_is_taken_up_again_by_a_task_and_not_within_a_walk() {
    let broker = broker(10);
    let (busy, small) = (shared("/topic/busy"), shared("/topic/small"));
    subscribe(&broker, &busy);
    subscribe(&broker, &small);
    let topic = broker.topics.get(&busy).expect("somebody is subscribed");
    let broker = Arc::new(broker);
    let lanes = lanes(&broker);
    runtime().block_on(async {
        lanes.env.enter_runtime();
        // Somebody else walks, and takes what is in the line.
        assert!(enter(&topic));
        let lane = lanes.lane(usize::MAX);
        let (first, second) = (publish_in(&lane, &busy), publish_in(&lane, &small));
        broker.drain(Arc::clone(&topic), Witness::NOBODY);
        assert!(!first.is_expecting() && second.is_expecting());
        assert_eq!(second.opened().await, Ok(()));
    });
}

#[test]
fn subscribers_whose_selectors_are_costly_are_served_in_more_goes() {
    let goes = |selector: &str| {
        let broker = broker(10);
        let address = shared("/topic/a");
        for _ in 0..100 {
            subscribe_to(&broker, &address, Some(selector));
        }
        let topic = broker.topics.get(&address).expect("they are subscribed");
        let mut publication = publication(&address);
        publication.headers.push("h", &"a".repeat(8190));
        let place = topic.line().expect("not retired");
        assert!(
            place
                .enter(publication, Matched::default(), usize::MAX, Witness::NOBODY)
                .expect("there is no limit")
        );
        let mut turn = Turn::new(&*broker.topics, topic);
        let mut walk = turn.next().expect("it was entered");
        let goes = 1 + std::iter::repeat_with(|| walk.step(&mut Budget::new(), &broker.delivery))
            .take_while(|served| !served)
            .count();
        walk.finish(&broker.delivery);
        assert!(turn.next().is_none());
        goes
    };
    assert_eq!(goes("kind = 'news'"), 1);
    let many = vec!["h LIKE '%_ab'"; 60].join(" OR ");
    assert!(goes(&many) >= 25, "{}", goes(&many));
    let many = vec!["h LIKE '%_ab%'"; 54].join(" OR ");
    assert!(goes(&many) >= 25, "{}", goes(&many));
}
