"""THE composition root: builds every part, hands each what it needs, starts them, stops them in reverse."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from prometheus_client import CollectorRegistry

from alerts.desk import AlertDesk
from alerts.reader import reader_of
from config.rule_packs import RulePack
from config.settings import Settings
from service.alarms.node_alarms import node_alarms
from service.all_calls import AllCalls
from service.bounded_http import BoundedHttp
from service.bus.change_feed import ChangeFeed
from service.bus.open_bus import bus_of, new_node_id
from service.call_board import CallBoard
from service.call_record import CallRecord, known_language
from service.call_view import timeline_of
from service.clock import SystemClock
from service.control.all_rooms import AllRooms
from service.control.feed_metrics import FeedMetrics
from service.control.feeds import PbxFeeds
from service.control.pbx_floor import PbxFloor
from service.control.posted_door import posted_door
from service.desk.desk_metrics import DeskMetrics
from service.desk.node_desk import NodeDesk
from service.drain import Drain
from service.feed_view import NodeFeeds
from service.health import NodeHealth
from service.ingest.audio_doors import AudioDoors
from service.ingest.dialect_doors import is_signed
from service.ingest.vosk_door import VoskPort
from service.inspection.inspection import Inspection, inspectors_of, sheets_of
from service.inspection.own import OwnPage
from service.keeping_metrics import KeepingMetrics
from service.keeping_view import NodeKeeping
from service.kept_sound import KeptSound
from service.ledger.ledger_book import SERVICE, StoredLedger
from service.ledger.supervision_rows import SupervisionRows
from service.listening_sockets import Ports, listening, ports_of, tcp_socket, vosk_socket
from service.live_call import LiveCall
from service.metrics import NodeMetrics
from service.model_view import NodeModels
from service.moving_call import HANDED_OVER, MovingCall, handed_news
from service.neighbours import Neighbours
from service.node_counts import NodeCounts
from service.observation_log import ObservationLog
from service.outlet import NodeOutlet
from service.pulse import Pulse
from service.recognition.groups import RecognitionGroups
from service.recognition.leg_recognition import LegRecognition, Recognized
from service.reports.monthly import MonthlyReports
from service.roster.roster_book import RosterBook
from service.roster.who_answers import WhoAnswers
from service.rule_metrics import RuleMetrics
from service.rule_shelf import RuleShelf
from service.rules_workshop import RulesWorkshop
from service.running_parts import begin, cancelled, when_started
from service.site_server import SiteServer, stopping, uvicorn_config
from service.store.database import database_url
from service.store.day_counter import DayCounter
from service.store.figures import StoredFigures
from service.store.history import StoredHistory
from service.store.letter_box import LetterBox
from service.store.store import Store
from service.tier_keeper import TierKeeper
from service.tracing import traces_of
from service.trust.front_door import FrontDoor
from service.trust.trust_metrics import TrustMetrics
from service.waiting_room import fair_share_of_files, files_of_process
from service.webhooks.courier import carry
from service.webhooks.outbox import Outbox
from streaming.frames import Leg
from web.app import build_app
from web.audience import Audience
from web.clips_api import clips_router
from web.drain_api import drain_router
from web.erasure_api import erasure_router
from web.floor import Floor
from web.floor_api import floor_router
from web.http_door import open_http_socket
from web.inspection.own_api import own_router
from web.inspection.routes import inspection_routes
from web.microphone import MicrophoneDoor, microphone_router
from web.office import Office, office_routes
from web.pages import Pages
from web.sources import AlertChange
from web.supervise_api import supervise_router
from web.trust.ledger_api import ledger_router
from web.trust.limits import Limits
from web.trust.people_api import people_router
from web.trust.scoped import ScopedClips
from web.trust.session_api import session_router
from web.trust.sources import Act, Deed
from web.trust.supervised import ScopedSupervising
from web.wallboard_beat import WallboardBeat
from web.webhooks_api import webhooks_router

_LOOK_EVERY_S = 1.0  # changes of other nodes that no message told of are found within this time


async def serve(settings: Settings, ready: Callable[[Ports], None]) -> None:
    """Run one node until it is told to stop (signal or cancellation). `ready` is called when every door is open.

    Raises OSError when a port is taken, StoreError, RulePackError, ScoreSheetError or TracingError when what it needs
    cannot be used.
    """
    clock = SystemClock()
    registry = CollectorRegistry()
    counts = NodeCounts(registry)
    rules = RuleShelf(settings, lambda pack: rules_changed(pack))
    node_id = new_node_id()
    bus = bus_of(settings, node_id)
    outbox = Outbox(settings.webhooks.routes, advise_agents=settings.desk.advise_agents)
    store = Store(settings, clock, node_id, outbox)
    audience = Audience(settings.listening, clock.now_at)
    floor = Floor(settings.floor)
    observed = ObservationLog(settings, store, clock)
    outlet = NodeOutlet(store, audience, bus, clock, counts, lambda call_id, at: desk.life.call_ended(call_id, at))

    ledger = StoredLedger(store, clock)
    front = FrontDoor(settings, store, clock, ledger)
    book = RosterBook(store, clock, settings.desk.roster_file)
    reader = reader_of(settings.language)
    desk = NodeDesk(
        store,
        settings.desk,
        clock,
        book,
        lambda call_id: board.hears(call_id),
        reader,
        audience.publish_agent_message,
    )

    sheets = sheets_of(settings.inspection)
    inspection = Inspection(
        store, clock, settings.inspection, settings.figures, sheets, lambda: inspectors_of(book.roster)
    )

    traces = traces_of(settings.tracing, node_id)

    def told(change: AlertChange, *, told_before: bool) -> None:
        board.adopt(change.alert)
        desk.told(change.alert)
        outlet.published(change, told_before=told_before)
        if change.alert.version == 1 and not told_before and board.hears(change.alert.call_id):
            kept.clips.want(change.alert)
            traces.told(change.alert)

    def stored(change: AlertChange, after: int | None) -> None:
        feed.offer(change, after)
        if after is not None:
            bus.announce(change, after)

    feed = ChangeFeed(store.newest, store.changes_after, told)
    groups = RecognitionGroups(settings, rules.pack)

    def recognize(record: CallRecord, leg: Leg, heard: Callable[[Recognized], None]) -> LegRecognition:
        group = groups.group(known_language(record.language))
        key = f"{record.call_id}/{leg}"
        return LegRecognition(leg, key, group, settings.segments, heard, patient=record.patient)

    def new_call(record: CallRecord) -> LiveCall:
        pack = rules.pack(known_language(record.language))
        kind = MovingCall if store.is_shared else LiveCall
        return kind(
            record=record,
            settings=settings,
            clock=clock,
            recognize=lambda _call_id, leg, heard: recognize(record, leg, heard),
            watch=observed.watch(record, pack, reader),
            desk=AlertDesk(settings.language, born=desk.rulings.born, suppressed=desk.keep_back),
            outlet=outlet,
        )

    def call_closed(call: LiveCall) -> None:
        observed.call_closed(call.record, call.now_ms)
        store.save_timeline(call.record.call_id, call.record.ended_at or clock.now_at(), timeline_of(call))
        rooms.call_over(call.record.call_id)

    outlet.when_closed = call_closed

    def call_begun(call_id: str) -> None:
        neighbours.begun(call_id)
        pbx_feeds.call_begun(call_id)

    board = CallBoard(settings, clock, new_call, store, begun=call_begun)
    neighbours = Neighbours(settings, board, store, bus, audience, feed, floor, clock)
    board.find_stream, board.shown = neighbours.find_stream, outlet.shown
    outlet.keeping = board.keeping
    board.complete = WhoAnswers(lambda: book.roster).complete

    async def forget(call_ids: Sequence[str]) -> None:
        board.forget_ended(call_ids)
        await bus.forget_changes()

    kept = KeptSound(settings, board, store, clock, forget)
    letters = LetterBox(store, clock)
    calls = AllCalls(board, store, bus, kept.recorder)
    wallboards = WallboardBeat(calls, store, desk, floor, audience, clock.now_at, book.agents_of, lambda: book.roster)

    def rules_changed(pack: RulePack) -> None:
        ledger.soon(SERVICE, Deed(Act.RULE_CHANGE, about=f"in force: {pack.language} {pack.version}"))
        groups.rules_changed(pack)
        for call in board.live_calls():
            if known_language(call.record.language) is pack.language:
                call.change_rules(pack)

    pulse = Pulse(board)
    doors = AudioDoors(settings, board, clock)
    pbx_floor = PbxFloor(floor, board.complete, neighbours.tell_floor)
    pbx_feeds = PbxFeeds(settings.pbx, calls, clock, doors.taps, pbx_floor.tell, doors.voices)
    rooms = neighbours.supervisors = AllRooms(pbx_feeds, calls, bus, settings, calls.answer)
    supervisions = SupervisionRows(ledger, calls)
    pbx_feeds.room.note = supervisions.note
    tiers = TierKeeper(settings, clock, board, groups, audience.is_listened_to)
    http_listening = listening(open_http_socket, settings.http_host, settings.http_port)
    audiosocket_listening = listening(tcp_socket, settings.audiosocket_host, settings.audiosocket_port)
    vosk_listening = vosk_socket(settings.dialects)
    ports = ports_of(settings, http_listening, audiosocket_listening, vosk_listening)
    drain = Drain(
        settings.drain,
        board,
        has_neighbours=lambda: store.is_shared,
        all_told=lambda: store.status().waiting == 0 and not board.moves.leaving,
        tell=lambda handed: bus.tell(HANDED_OVER, handed_news(handed)),
        release=bus.release,
        send_away=audience.send_away,
    )
    health = NodeHealth(registry, store, groups, rules, settings.language, bus, drain)
    KeepingMetrics(registry, bus, feed, kept)
    DeskMetrics(registry, desk)
    RuleMetrics(registry, rules, observed)
    FeedMetrics(registry, pbx_feeds)
    bounds = BoundedHttp(settings.limits, fair_share_of_files())
    limits = Limits(settings.limits, lambda: clock.monotonic_ms() / 1000, files_of_process() // 2)
    TrustMetrics(registry, bounds, limits, doors.audiosocket.room)
    NodeMetrics(registry, board, groups, audience, store, doors.counts, pulse, tiers)
    alarms = node_alarms(
        settings,
        registry,
        store,
        audience,
        clock,
        counts,
        pulse,
        board,
        doors.counts,
        pbx_feeds,
        groups,
        kept.folders,
    )
    workshop = RulesWorkshop(settings, rules, clock, shared=database_url(settings).get_backend_name() != "sqlite")
    office = Office(
        history=StoredHistory(store),
        figures=StoredFigures(settings.figures, store, clock),
        feeds=NodeFeeds(node_id, board, pbx_feeds, doors.counts, clock),
        models=NodeModels(settings, board, groups, clock),
        keeping=NodeKeeping(settings, store, board, observed, kept),
        workshop=workshop,
        names=lambda: {person.id: person.name for person in book.roster.people},
        ledger=ledger,
        reports=MonthlyReports(settings, store, clock, sheets, lambda: book.roster),
    )
    clips = ScopedClips(kept.clips)
    app = build_app(
        settings,
        calls=calls,
        alerts=store,
        audience=audience,
        health=health,
        pages=Pages.load(),
        rules=rules,
        desk=desk,
        roster=book,
        now_at=clock.now_at,
        house=front,
        ledger=ledger,
        signed=lambda route: is_signed(route, settings.dialects),
        limits=limits,
        further_routers=(
            microphone_router(MicrophoneDoor(settings.listening, rooms, front)),
            *doors.routers(groups.room),
            clips_router(clips),
            floor_router(floor, clock.now_at, neighbours.tell_floor),
            webhooks_router(letters),
            erasure_router(kept.eraser, ledger),
            drain_router(drain),
            *office_routes(office),
            *inspection_routes(inspection, lambda: book.roster, calls, kept.clips, ledger),
            own_router(inspection.scoring, OwnPage(settings.inspection, store, clips, ledger, desk.tips), ledger),
            supervise_router(ScopedSupervising(rooms, calls, ledger), desk),
            session_router(front),
            people_router(front, book, settings.trust),
            ledger_router(ledger),
            posted_door(settings.pbx, calls),
        ),
    )
    server = SiteServer(uvicorn_config(settings, VoskPort(app, ports.vosk_port), bounds), drain.begin)

    await store.open()
    await front.start()
    await feed.start()
    await desk.start()
    async with contextlib.AsyncExitStack() as stop:
        stop.push_async_callback(store.close)
        stop.callback(board.forget_all)
        stop.push_async_callback(asyncio.to_thread, traces.close)
        writer = asyncio.create_task(store.run(stored))
        stop.push_async_callback(cancelled, writer)
        stop.push_async_callback(observed.write_waiting)
        stop.callback(board.close_all)
        parts = (
            ("bus", bus.run(neighbours, rooms.answer)),
            ("neighbours", neighbours.run()),
            ("supervisors", rooms.run()),
            ("clips", kept.clips.run()),
            ("recorder", kept.recorder.run()),
            ("web hooks", carry(settings.webhooks, letters, clock)),
            ("retention", kept.retention.run()),
            ("alarms", alarms.run()),
            ("desk", desk.run()),
            ("inspection", inspection.run()),
            ("past days", DayCounter(settings.figures, store, clock).run()),
            ("trust", front.run()),
            ("ledger", ledger.run()),
            ("supervisions", supervisions.run()),
            ("changes", feed.run(_LOOK_EVERY_S if store.is_shared else None)),
            ("recognition", groups.run()),
            ("rules", rules.run()),
            ("rule forecasts", workshop.run()),
            ("observations", observed.run()),
            ("pulse", pulse.run()),
            ("drain", stopping(drain, server)),
            ("wallboards", wallboards.run()),
            ("tiers", tiers.run()),
            ("rtp", doors.rtp.run()),
            ("pbx", pbx_feeds.run()),
            ("audiosocket", doors.audiosocket.serve(audiosocket_listening)),
        )
        begin(parts, server, stop)
        link = f"{ports.http_url}/login#first={front.first_token}" if front.needs_first else None
        announcing = asyncio.create_task(when_started(server, lambda: ready(replace(ports, first_link=link))))
        stop.push_async_callback(cancelled, announcing)
        await server.serve(sockets=[http_listening, *([vosk_listening] if vosk_listening is not None else [])])
