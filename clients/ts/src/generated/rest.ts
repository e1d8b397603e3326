// Made from docs/openapi.json by clients/ts/codegen. Do not edit.

export interface paths {
    "/api/v1/exchanges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Venues that marketd speaks */
        get: operations["listExchanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All markets with their status */
        get: operations["listMarkets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{market}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One market: rules, status, counters */
        get: operations["getMarket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{market}/book": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The order book
         * @description Also as CSV and NDJSON, then up to 10,000 rows without the envelope.
         */
        get: operations["getBook"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{market}/candles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Candles, oldest first
         * @description Also as CSV and NDJSON, then up to 10,000 rows without the envelope.
         */
        get: operations["listCandles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{market}/gaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Holes in a market's data, oldest first */
        get: operations["listGaps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{market}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is stored, since when */
        get: operations["getHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{market}/statuses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Stored changes of status, oldest first */
        get: operations["listStatuses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{market}/ticker": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures of 24 hours */
        get: operations["getTicker"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{market}/trades": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Trades, newest last
         * @description Also as CSV and NDJSON, then up to 10,000 rows without the envelope.
         */
        get: operations["listTrades"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** State of each replay */
        get: operations["listReplays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/replay/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stands still */
        post: operations["pauseReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/replay/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes on */
        post: operations["resumeReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/replay/seek": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes to a time after the beginning of the recording */
        post: operations["seekReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/replay/speed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Times the recorded speed */
        post: operations["setReplaySpeed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/replay/step": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Plays one recorded line of a paused replay */
        post: operations["stepReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Simulated markets and their scenarios */
        get: operations["listScenarios"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sim/scenario": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A scenario begins */
        post: operations["setScenario"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/symbols": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Instruments of this server */
        get: operations["listSymbols"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Version, uptime, counters */
        get: operations["getInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The WebSocket */
        get: operations["openSession"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ws/echo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A WebSocket that sends messages back
         * @description Only with `session.echo`.
         */
        get: operations["openEcho"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/asyncapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The WebSocket's document */
        get: operations["getAsyncapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** These documents as a page */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What that page is made of */
        get: operations["getDocsFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything with its state */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything with its state */
        get: operations["getHealthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures for Prometheus
         * @description Answers this machine only, unless `http.public_metrics` says otherwise.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getOpenapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether every market can be served */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An order was taken; what comes of it shows elsewhere. */
        Accepted: {
            accepted: boolean;
        };
        Alive: {
            alive: boolean;
        };
        /** @description The book of now or, with `at`, of a moment. */
        AnyBookBody: components["schemas"]["BookBody"] | components["schemas"]["PastBookBody"];
        /** @description The order book; at equal `epoch` and `seq` it is that of the WebSocket's book streams. */
        BookBody: {
            /** @description Present with `via`: how long ago its node confirmed that this is the newest, in milliseconds. */
            age_ms?: components["schemas"]["Count"];
            /** @description Best first. */
            asks: components["schemas"]["LevelPair"][];
            /** @description Best first. */
            bids: components["schemas"]["LevelPair"][];
            /** @description Present with `via`: how many levels a side are known here. */
            depth_max?: components["schemas"]["Count"];
            epoch: components["schemas"]["Count"];
            market: components["schemas"]["MarketName"];
            reason: components["schemas"]["ReasonName"] | null;
            seq: components["schemas"]["Count"];
            /** @description When the status began. */
            since: components["schemas"]["Micros"];
            source: components["schemas"]["SourceName"];
            status: components["schemas"]["MarketStatusName"];
            ts_recv: components["schemas"]["Micros"];
            ts_venue: components["schemas"]["Micros"];
            /**
             * @description Present in the book of another node, which came by the bus.
             * @constant
             */
            via?: "bus";
        };
        /** @description The bus is not needed for truth: its state does not change the status. */
        BusHealth: {
            backend: string;
            reason: string | null;
            /** Format: int64 */
            since: number;
            state: string;
        };
        /** @description Open, high, low, close and volumes of one interval. */
        CandleItem: {
            close: components["schemas"]["Decimal"];
            /** @description Whether a later candle has begun. */
            closed: boolean;
            high: components["schemas"]["Decimal"];
            low: components["schemas"]["Decimal"];
            open: components["schemas"]["Decimal"];
            open_time: components["schemas"]["Micros"];
            quote_volume: components["schemas"]["Decimal"];
            /**
             * Format: uint32
             * @description How often a late trade corrected it.
             */
            revision: number;
            /** @description Number of trades. */
            trades: components["schemas"]["Count"];
            volume: components["schemas"]["Decimal"];
        };
        /** @description Candles, oldest first. */
        CandlesBody: {
            epoch: components["schemas"]["Count"];
            interval: components["schemas"]["IntervalName"];
            items: components["schemas"]["CandleItem"][];
            market: components["schemas"]["MarketName"];
            /** @description What `start` takes to go on, or `end` where no start was asked for; null when there is nothing more. */
            next_cursor: string | null;
            reason: components["schemas"]["ReasonName"] | null;
            /** @description When the status began. */
            since: components["schemas"]["Micros"];
            source: components["schemas"]["SourceName"];
            status: components["schemas"]["MarketStatusName"];
        };
        /**
         * Format: int64
         * @description A number that only grows; below 2^53.
         */
        Count: number;
        /** @description A decimal as text, at the market's fixed scale. Not for binary floating point. */
        Decimal: string;
        /**
         * @description Which of the errors it is. More may be added.
         * @enum {string}
         */
        ErrorCodeName: "bad_json" | "bad_msgpack" | "bad_request" | "unknown_op" | "unknown_channel" | "unknown_market" | "bad_depth" | "bad_interval" | "bad_limit" | "bad_time" | "bad_cursor" | "idempotency_key_reused" | "in_progress" | "not_subscribed" | "already_subscribed" | "too_many_subscriptions" | "too_many_markets" | "message_too_large" | "message_too_slow" | "binary_not_supported" | "rate_limited" | "too_many_connections" | "origin_not_allowed" | "not_found" | "method_not_allowed" | "not_acceptable" | "history_not_kept" | "not_a_replay" | "not_simulated" | "market_not_ready" | "store_unavailable" | "busy" | "timed_out" | "shutting_down" | "internal";
        /** @enum {string} */
        ErrorTag: "error";
        Exchange: {
            /** @description Whether this server has markets of it right now. */
            enabled: boolean;
            markets: components["schemas"]["MarketName"][];
            /** @description Names of its recordings. */
            recordings: string[];
            source: components["schemas"]["SourceName"] | null;
            venue: string;
        };
        /** @description The envelope of a refusal. */
        Failure: {
            code: components["schemas"]["ErrorCodeName"];
            data: null;
            /** Format: double */
            execution_time_ms: number;
            /** @description For people. */
            message: string;
            /** @description Whether the same request can succeed later. */
            retryable: boolean;
            status: components["schemas"]["ErrorTag"];
            timestamp: components["schemas"]["Micros"];
            trace_id: string;
        };
        FeedHealth: {
            feed: string;
            last_error: string | null;
            last_message: components["schemas"]["Micros"];
            malformed: components["schemas"]["Count"];
            messages: components["schemas"]["Count"];
            reconnects: components["schemas"]["Count"];
            since: components["schemas"]["Micros"];
            source: components["schemas"]["SourceName"];
            state: string;
            venue: string;
        };
        /** @description A hole in the venue's sequence, by its numbers. */
        Gap: {
            /** @description Null while it is open. */
            closed_at: components["schemas"]["Micros"] | null;
            /** @description Microseconds UTC. */
            detected_at: components["schemas"]["Micros"];
            /** Format: uint64 */
            expected: number;
            /** Format: uint64 */
            found: number;
        };
        Health: {
            bus: components["schemas"]["BusHealth"];
            feeds: components["schemas"]["FeedHealth"][];
            markets: components["schemas"]["MarketHealth"][];
            ready: boolean;
            /**
             * @description `ok` when every market is live and the store has all rows, else `degraded`.
             * @enum {string}
             */
            status: "ok" | "degraded";
            /** @description Null where nothing is stored. */
            store: components["schemas"]["StoreHealth"] | null;
        };
        /** @description What is stored of a market. */
        HistoryInfo: {
            /** @description By interval. */
            candles: {
                [key: string]: components["schemas"]["Span"];
            };
            deltas: components["schemas"]["Span"] | null;
            gaps: components["schemas"]["Span"] | null;
            market: string;
            snapshots: components["schemas"]["Span"] | null;
            source: string;
            statuses: components["schemas"]["Span"] | null;
            trades: components["schemas"]["Span"] | null;
        };
        Info: {
            /** @description Counts since the start; `*_open` ones go up and down. */
            counters: {
                [key: string]: components["schemas"]["Count"];
            };
            /** Format: uint */
            hubs: number;
            /** Format: uint */
            markets: number;
            name: string;
            uptime_s: components["schemas"]["Count"];
            version: string;
        };
        /**
         * @description Length of a candle.
         * @enum {string}
         */
        IntervalName: "1s" | "1m" | "5m" | "15m" | "1h" | "4h" | "1d" | "1w";
        /** @description Price and quantity. */
        LevelPair: [
            components["schemas"]["Decimal"],
            components["schemas"]["Decimal"]
        ];
        /** @description A list that is whole: there is no next page. */
        ListOf_Exchange: {
            items: components["schemas"]["Exchange"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_MarketInfo: {
            items: components["schemas"]["MarketInfo"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_Playing: {
            items: components["schemas"]["Playing"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_ReplayInfo: {
            items: components["schemas"]["ReplayInfo"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_Symbol: {
            items: components["schemas"]["Symbol"][];
            next_cursor: string | null;
        };
        MaintenanceHealth: {
            /** Format: int64 */
            at: number;
            error: string | null;
            partitions_created: string[];
            partitions_dropped: string[];
            /** Format: uint64 */
            rows_deleted: number;
            /** Format: uint64 */
            took_ms: number;
        };
        /** @description What happened since the market was made: they only grow. */
        MarketCounters: {
            /** Format: uint64 */
            checksums_bad: number;
            /** Format: uint64 */
            checksums_ok: number;
            /** Format: uint64 */
            crossed: number;
            /** Format: uint64 */
            depth_updates: number;
            /** Format: uint64 */
            duplicates: number;
            /** Format: uint64 */
            gaps: number;
            /** Format: uint64 */
            resyncs: number;
            /** Format: uint64 */
            snapshots: number;
            /** Format: uint64 */
            trades: number;
        };
        MarketHealth: {
            actor_alive: boolean;
            /**
             * Format: int64
             * @description Since the last message of the book, by this server's clock; null for replays, whose times are
             *     those of the recording.
             */
            age_ms: number | null;
            market: components["schemas"]["MarketName"];
            reason: components["schemas"]["ReasonName"] | null;
            since: components["schemas"]["Micros"];
            status: components["schemas"]["MarketStatusName"];
        };
        /** @description A market with its rules and state. */
        MarketInfo: {
            base: string;
            book_seq: components["schemas"]["Count"];
            counters: components["schemas"]["MarketCounters"];
            epoch: components["schemas"]["Count"];
            /** @description The latest holes in the venue's sequence. */
            gaps: components["schemas"]["Gap"][];
            lot_size: components["schemas"]["Decimal"] | null;
            market: components["schemas"]["MarketName"];
            min_notional: components["schemas"]["Decimal"] | null;
            /**
             * Format: uint8
             * @description Decimals in which prices and quantities are printed.
             */
            price_decimals: number;
            /** Format: uint8 */
            qty_decimals: number;
            quote: string;
            reason: components["schemas"]["ReasonName"] | null;
            /** @description Microseconds UTC. */
            since: components["schemas"]["Micros"];
            source: components["schemas"]["SourceName"];
            status: components["schemas"]["MarketStatusName"];
            /** @description The venue's own name. */
            symbol: string;
            /** @description The venue's rules; null where they are not known. */
            tick_size: components["schemas"]["Decimal"] | null;
            venue: string;
        };
        /** @description A market: `<venue>:<BASE>-<QUOTE>`. */
        MarketName: string;
        /**
         * @description Whether a market's data can be believed.
         * @enum {string}
         */
        MarketStatusName: "connecting" | "live" | "stale" | "halted";
        /**
         * Format: int64
         * @description A time in microseconds UTC; 0 where there is none.
         */
        Micros: number;
        /** @description A list of which there may be more. */
        PageOf_StoredGap: {
            items: components["schemas"]["StoredGap"][];
            /** @description What `cursor` takes to go on; null when there is nothing more. */
            next_cursor: string | null;
        };
        /** @description A list of which there may be more. */
        PageOf_StoredStatus: {
            items: components["schemas"]["StoredStatus"][];
            /** @description What `cursor` takes to go on; null when there is nothing more. */
            next_cursor: string | null;
        };
        /** @description The order book of a moment. */
        PastBookBody: {
            /** @description Best first. */
            asks: components["schemas"]["LevelPair"][];
            /** @description The moment that was asked for. */
            at: components["schemas"]["Micros"];
            /** @description Best first. */
            bids: components["schemas"]["LevelPair"][];
            epoch: components["schemas"]["Count"];
            market: components["schemas"]["MarketName"];
            reason: components["schemas"]["ReasonName"] | null;
            seq: components["schemas"]["Count"];
            since: components["schemas"]["Micros"] | null;
            source: components["schemas"]["SourceName"];
            /** @description The market's status at that moment; null, as the next two, where it was not stored. */
            status: components["schemas"]["MarketStatusName"] | null;
            /** @description When the last change before that moment was received. */
            ts_recv: components["schemas"]["Micros"];
            ts_venue: components["schemas"]["Micros"];
        };
        /** @description A trade, from memory or from the store. */
        PastTradeItem: {
            /** @description Present and true when the live feed missed the trade and it was fetched afterwards. */
            backfilled?: boolean;
            price: components["schemas"]["Decimal"];
            qty: components["schemas"]["Decimal"];
            /** @description The market's number of the trade, contiguous within an epoch; null in trades from the store. */
            seq: components["schemas"]["Count"] | null;
            /** @description Who took. */
            side: components["schemas"]["SideName"];
            /** @description The venue's id, as text; empty where it has none. */
            trade_id: string;
            /** @description The venue's time of the trade, or 0. */
            ts: components["schemas"]["Micros"];
        };
        Playing: {
            market: components["schemas"]["MarketName"];
            scenario: components["schemas"]["ScenarioName"];
        };
        Ready: {
            ready: boolean;
        };
        /**
         * @description Why a market is not live. More may be added.
         * @example starting
         * @example disconnected
         * @example gap
         * @example checksum_mismatch
         * @example crossed
         * @example silence
         * @example malformed
         * @example overloaded
         * @example precision
         * @example restarted
         * @example venue_reset
         * @example replay_moved
         * @example replay_ended
         * @example delisted
         * @example suspended
         */
        ReasonName: string;
        ReplayInfo: {
            ended: boolean;
            lines: components["schemas"]["Count"];
            markets: components["schemas"]["MarketName"][];
            paused: boolean;
            /**
             * Format: int64
             * @description Since the beginning of the recording, by its own clock.
             */
            position_ms: number;
            replay: string;
            /** @description How often it began again. */
            round: components["schemas"]["Count"];
            /** @description Times the recorded speed, or `max`. */
            speed: string;
        };
        ScenarioBody: {
            /** @description All markets without it. */
            market?: string | null;
            scenario: components["schemas"]["ScenarioName"];
        };
        /** @enum {string} */
        ScenarioName: "calm" | "busy" | "crash" | "halt" | "gap" | "stale";
        /** @description What `seek` takes. */
        SeekBody: {
            /**
             * Format: int64
             * @description Since the beginning of the recording.
             */
            position_ms: number;
        };
        /** @enum {string} */
        SideName: "buy" | "sell";
        /**
         * @description Where a market's data comes from.
         * @enum {string}
         */
        SourceName: "live" | "replay" | "sim";
        /** @description Times of the first and the last row, microseconds UTC. */
        Span: {
            /** Format: int64 */
            first: number;
            /** Format: int64 */
            last: number;
        };
        /** @description What `speed` takes. */
        SpeedBody: {
            speed: components["schemas"]["SpeedField"];
        };
        /** @description A number or its text. */
        SpeedField: number | string;
        /** @description A hole in what is known of a market, as it was stored. */
        StoredGap: {
            /**
             * Format: uint64
             * @description In the venue's sequence.
             */
            expected: number | null;
            /** Format: uint64 */
            found: number | null;
            kind: string;
            /** Format: uint64 */
            rows_lost: number;
            /**
             * Format: int64
             * @description Microseconds UTC.
             */
            since: number;
            /** Format: int64 */
            until: number | null;
        };
        /** @description A change of status, as it was stored. */
        StoredStatus: {
            reason: string | null;
            /**
             * Format: int64
             * @description Microseconds UTC.
             */
            since: number;
            status: string;
        };
        StoreHealth: {
            backend: string;
            /** Format: int64 */
            lag_ms: number;
            /** Format: uint64 */
            lost_rows: number;
            maintenance: components["schemas"]["MaintenanceHealth"] | null;
            reason: string | null;
            /** Format: int64 */
            since: number | null;
            /** Format: uint64 */
            spool_bytes: number;
            spool_error: string | null;
            spool_set_aside: string | null;
            /** Format: uint64 */
            spooled_rows: number;
            /** @description `ok`; `degraded` while rows are in the spool or lost without a gap that says so; `away` while it takes none. */
            state: string;
            writers: components["schemas"]["WriterHealth"][];
        };
        /** @description The envelope of an answer. */
        Success_Accepted: {
            data: components["schemas"]["Accepted"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_Alive: {
            data: components["schemas"]["Alive"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_AnyBookBody: {
            data: components["schemas"]["AnyBookBody"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_CandlesBody: {
            data: components["schemas"]["CandlesBody"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_Health: {
            data: components["schemas"]["Health"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_HistoryInfo: {
            data: components["schemas"]["HistoryInfo"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_Info: {
            data: components["schemas"]["Info"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_ListOf_Exchange: {
            data: components["schemas"]["ListOf_Exchange"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_ListOf_MarketInfo: {
            data: components["schemas"]["ListOf_MarketInfo"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_ListOf_Playing: {
            data: components["schemas"]["ListOf_Playing"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_ListOf_ReplayInfo: {
            data: components["schemas"]["ListOf_ReplayInfo"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_ListOf_Symbol: {
            data: components["schemas"]["ListOf_Symbol"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_MarketInfo: {
            data: components["schemas"]["MarketInfo"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_PageOf_StoredGap: {
            data: components["schemas"]["PageOf_StoredGap"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_PageOf_StoredStatus: {
            data: components["schemas"]["PageOf_StoredStatus"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_Ready: {
            data: components["schemas"]["Ready"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_TickerBody: {
            data: components["schemas"]["TickerBody"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @description The envelope of an answer. */
        Success_TradesBody: {
            data: components["schemas"]["TradesBody"];
            /**
             * Format: double
             * @description Time in the server, in milliseconds.
             */
            execution_time_ms: number;
            message: string;
            status: components["schemas"]["SuccessTag"];
            /** @description The server's time. */
            timestamp: components["schemas"]["Micros"];
            /** @description Names this request in the server's log; also in the header `x-trace-id`. */
            trace_id: string;
        };
        /** @enum {string} */
        SuccessTag: "success";
        Symbol: {
            base: string;
            lot_size: components["schemas"]["Decimal"] | null;
            market: components["schemas"]["MarketName"];
            min_notional: components["schemas"]["Decimal"] | null;
            quote: string;
            /** @description The venue's own name. */
            symbol: string;
            tick_size: components["schemas"]["Decimal"] | null;
            venue: string;
        };
        /** @description Figures over the last 24 hours and the top of the book; null while there is nothing to tell. */
        TickerBody: {
            ask: components["schemas"]["LevelPair"] | null;
            bid: components["schemas"]["LevelPair"] | null;
            /** @description `last` minus `open`. */
            change: components["schemas"]["Decimal"] | null;
            /** @description `change` in percent of `open`, cut to two decimals. */
            change_percent: components["schemas"]["Decimal"] | null;
            epoch: components["schemas"]["Count"];
            high: components["schemas"]["Decimal"] | null;
            /** @description (bids - asks) / (bids + asks) over the quantities of the ten best levels. */
            imbalance: components["schemas"]["Decimal"] | null;
            /** @description Price of the last trade. */
            last: components["schemas"]["Decimal"] | null;
            last_qty: components["schemas"]["Decimal"] | null;
            low: components["schemas"]["Decimal"] | null;
            market: components["schemas"]["MarketName"];
            /** @description The middle weighted by the quantity of the opposite side. */
            microprice: components["schemas"]["Decimal"] | null;
            /** @description Their middle, with four more decimals than a price. */
            mid: components["schemas"]["Decimal"] | null;
            /** @description First price of the last 24 hours. */
            open: components["schemas"]["Decimal"] | null;
            quote_volume: components["schemas"]["Decimal"];
            reason: components["schemas"]["ReasonName"] | null;
            seq: components["schemas"]["Count"];
            /** @description When the status began. */
            since: components["schemas"]["Micros"];
            source: components["schemas"]["SourceName"];
            /** @description Best ask minus best bid. */
            spread: components["schemas"]["Decimal"] | null;
            status: components["schemas"]["MarketStatusName"];
            /** @description Number of trades. */
            trades: components["schemas"]["Count"];
            volume: components["schemas"]["Decimal"];
        };
        /** @description Trades, newest last. */
        TradesBody: {
            epoch: components["schemas"]["Count"];
            items: components["schemas"]["PastTradeItem"][];
            market: components["schemas"]["MarketName"];
            /** @description What `before` takes to go on backwards; null when nothing older is kept. */
            next_cursor: string | null;
            reason: components["schemas"]["ReasonName"] | null;
            /** @description Number of the latest trade. */
            seq: components["schemas"]["Count"];
            /** @description When the status began. */
            since: components["schemas"]["Micros"];
            source: components["schemas"]["SourceName"];
            status: components["schemas"]["MarketStatusName"];
        };
        WriterHealth: {
            /** Format: uint64 */
            batches: number;
            family: string;
            /** Format: int64 */
            lag_ms: number;
            /** Format: uint64 */
            last_batch_rows: number;
            /** Format: uint64 */
            last_write_us: number;
            /** Format: uint64 */
            rows_known: number;
            /** Format: uint64 */
            rows_lost: number;
            /** Format: uint64 */
            rows_refused: number;
            /** Format: uint64 */
            rows_spooled: number;
            /** Format: uint64 */
            rows_written: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description names this request in the server's log */
        trace: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listExchanges: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "enabled": true,
                     *             "markets": [
                     *               "binance:BTC-USDT"
                     *             ],
                     *             "recordings": [
                     *               "binance-spot",
                     *               "binance-tr"
                     *             ],
                     *             "source": "replay",
                     *             "venue": "binance"
                     *           },
                     *           {
                     *             "enabled": false,
                     *             "markets": [],
                     *             "recordings": [
                     *               "kraken-v2"
                     *             ],
                     *             "source": null,
                     *             "venue": "kraken"
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_Exchange"];
                };
            };
        };
    };
    listMarkets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "base": "BTC",
                     *             "book_seq": 1207,
                     *             "counters": {
                     *               "checksums_bad": 0,
                     *               "checksums_ok": 0,
                     *               "crossed": 0,
                     *               "depth_updates": 1206,
                     *               "duplicates": 0,
                     *               "gaps": 0,
                     *               "resyncs": 0,
                     *               "snapshots": 1,
                     *               "trades": 412
                     *             },
                     *             "epoch": 1763722800123,
                     *             "gaps": [],
                     *             "lot_size": "0.00001",
                     *             "market": "binance:BTC-USDT",
                     *             "min_notional": "5",
                     *             "price_decimals": 2,
                     *             "qty_decimals": 5,
                     *             "quote": "USDT",
                     *             "reason": null,
                     *             "since": 1763722800500000,
                     *             "source": "replay",
                     *             "status": "live",
                     *             "symbol": "BTCUSDT",
                     *             "tick_size": "0.01",
                     *             "venue": "binance"
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_MarketInfo"];
                };
            };
        };
    };
    getMarket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description a market's id, `<venue>:<BASE>-<QUOTE>`
                 * @example binance:BTC-USDT
                 */
                market: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "base": "BTC",
                     *         "book_seq": 1207,
                     *         "counters": {
                     *           "checksums_bad": 0,
                     *           "checksums_ok": 0,
                     *           "crossed": 0,
                     *           "depth_updates": 1206,
                     *           "duplicates": 0,
                     *           "gaps": 0,
                     *           "resyncs": 0,
                     *           "snapshots": 1,
                     *           "trades": 412
                     *         },
                     *         "epoch": 1763722800123,
                     *         "gaps": [],
                     *         "lot_size": "0.00001",
                     *         "market": "binance:BTC-USDT",
                     *         "min_notional": "5",
                     *         "price_decimals": 2,
                     *         "qty_decimals": 5,
                     *         "quote": "USDT",
                     *         "reason": null,
                     *         "since": 1763722800500000,
                     *         "source": "replay",
                     *         "status": "live",
                     *         "symbol": "BTCUSDT",
                     *         "tick_size": "0.01",
                     *         "venue": "binance"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_MarketInfo"];
                };
            };
            /** @description `unknown_market`: no such market on this server */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market";
                    };
                };
            };
        };
    };
    getBook: {
        parameters: {
            query?: {
                /** @description microseconds UTC: the book of that moment, where it was recorded */
                at?: number;
                /** @description levels a side */
                depth?: number | "full";
                /** @description of the answer; goes before `Accept` */
                format?: "json" | "csv" | "ndjson";
            };
            header?: {
                /**
                 * @description tags of the answers that the caller holds
                 * @example "1763722800123-1207"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description a market's id, `<venue>:<BASE>-<QUOTE>`
                 * @example binance:BTC-USDT
                 */
                market: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    /** @description `"<epoch>-<seq>"`; while the market is not live its status may be appended */
                    etag?: string;
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "asks": [
                     *           [
                     *             "61837.64",
                     *             "2.66795"
                     *           ]
                     *         ],
                     *         "bids": [
                     *           [
                     *             "61837.63",
                     *             "0.14298"
                     *           ]
                     *         ],
                     *         "epoch": 1763722800123,
                     *         "market": "binance:BTC-USDT",
                     *         "reason": null,
                     *         "seq": 1207,
                     *         "since": 1763722800500000,
                     *         "source": "replay",
                     *         "status": "live",
                     *         "ts_recv": 1763722812016733,
                     *         "ts_venue": 1763722812004000
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_AnyBookBody"];
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            /** @description the caller has it */
            304: {
                headers: {
                    /** @description `"<epoch>-<seq>"`; while the market is not live its status may be appended */
                    etag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_depth`: the depth is not one that is served; `bad_time`: a time is not an integer in microseconds, or start is after end; `bad_request`: a field is missing, of the wrong type or out of range */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_depth" | "bad_time" | "bad_request";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server; `history_not_kept`: what was asked for was not recorded, or is not kept any more */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market" | "history_not_kept";
                    };
                };
            };
            /** @description `not_acceptable`: the resource has no such format */
            406: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_acceptable";
                    };
                };
            };
            /** @description `market_not_ready`: the market has no book yet; `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "market_not_ready" | "store_unavailable" | "busy";
                    };
                };
            };
        };
    };
    listCandles: {
        parameters: {
            query?: {
                /** @description microseconds UTC: only candles with `open_time` before it */
                end?: number;
                /** @description of the answer; goes before `Accept` */
                format?: "json" | "csv" | "ndjson";
                /** @description length of a candle */
                interval?: "1s" | "1m" | "5m" | "15m" | "1h" | "4h" | "1d" | "1w";
                /** @description most candles of an answer */
                limit?: number;
                /** @description microseconds UTC: only candles with `open_time` at or after it */
                start?: number;
            };
            header?: never;
            path: {
                /**
                 * @description a market's id, `<venue>:<BASE>-<QUOTE>`
                 * @example binance:BTC-USDT
                 */
                market: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "epoch": 1763722800123,
                     *         "interval": "1m",
                     *         "items": [
                     *           {
                     *             "close": "61828.00",
                     *             "closed": true,
                     *             "high": "61855.37",
                     *             "low": "61824.00",
                     *             "open": "61837.63",
                     *             "open_time": 1763722800000000,
                     *             "quote_volume": "768787.4591831",
                     *             "revision": 0,
                     *             "trades": 875,
                     *             "volume": "12.43238"
                     *           }
                     *         ],
                     *         "market": "binance:BTC-USDT",
                     *         "next_cursor": null,
                     *         "reason": null,
                     *         "since": 1763722800500000,
                     *         "source": "replay",
                     *         "status": "live"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CandlesBody"];
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            /** @description `bad_interval`: the interval is not one that is served; `bad_time`: a time is not an integer in microseconds, or start is after end; `bad_limit`: the limit is not a number within its range; `bad_request`: a field is missing, of the wrong type or out of range */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_interval" | "bad_time" | "bad_limit" | "bad_request";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market";
                    };
                };
            };
            /** @description `not_acceptable`: the resource has no such format */
            406: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_acceptable";
                    };
                };
            };
            /** @description `internal`: a fault on our side; the log has the trace id */
            500: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "internal";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "store_unavailable" | "busy";
                    };
                };
            };
        };
    };
    listGaps: {
        parameters: {
            query?: {
                /** @description a `next_cursor` */
                cursor?: string;
                /** @description microseconds UTC: only those with `since` before it */
                end?: number;
                /** @description most items of an answer */
                limit?: number;
                /** @description microseconds UTC: only those with `since` at or after it */
                start?: number;
            };
            header?: never;
            path: {
                /**
                 * @description a market's id, `<venue>:<BASE>-<QUOTE>`
                 * @example binance:BTC-USDT
                 */
                market: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "expected": 5,
                     *             "found": 9,
                     *             "kind": "venue",
                     *             "rows_lost": 0,
                     *             "since": 1763722812016733,
                     *             "until": 1763722812500000
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_PageOf_StoredGap"];
                };
            };
            /** @description `bad_limit`: the limit is not a number within its range; `bad_time`: a time is not an integer in microseconds, or start is after end; `bad_cursor`: the cursor is not one that a list gave out */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_limit" | "bad_time" | "bad_cursor";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "store_unavailable" | "busy";
                    };
                };
            };
        };
    };
    getHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description a market's id, `<venue>:<BASE>-<QUOTE>`
                 * @example binance:BTC-USDT
                 */
                market: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "candles": {
                     *           "1m": {
                     *             "first": 1763722800000000,
                     *             "last": 1763722800000000
                     *           }
                     *         },
                     *         "deltas": null,
                     *         "gaps": null,
                     *         "market": "binance:BTC-USDT",
                     *         "snapshots": {
                     *           "first": 1763722800500000,
                     *           "last": 1763722800500000
                     *         },
                     *         "source": "live",
                     *         "statuses": {
                     *           "first": 1763722800100000,
                     *           "last": 1763722800500000
                     *         },
                     *         "trades": {
                     *           "first": 1763722800000000,
                     *           "last": 1763722812340000
                     *         }
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_HistoryInfo"];
                };
            };
            /** @description `unknown_market`: no such market on this server */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "store_unavailable" | "busy";
                    };
                };
            };
        };
    };
    listStatuses: {
        parameters: {
            query?: {
                /** @description a `next_cursor` */
                cursor?: string;
                /** @description microseconds UTC: only those with `since` before it */
                end?: number;
                /** @description most items of an answer */
                limit?: number;
                /** @description microseconds UTC: only those with `since` at or after it */
                start?: number;
            };
            header?: never;
            path: {
                /**
                 * @description a market's id, `<venue>:<BASE>-<QUOTE>`
                 * @example binance:BTC-USDT
                 */
                market: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "reason": "gap",
                     *             "since": 1763722812016733,
                     *             "status": "stale"
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_PageOf_StoredStatus"];
                };
            };
            /** @description `bad_limit`: the limit is not a number within its range; `bad_time`: a time is not an integer in microseconds, or start is after end; `bad_cursor`: the cursor is not one that a list gave out */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_limit" | "bad_time" | "bad_cursor";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "store_unavailable" | "busy";
                    };
                };
            };
        };
    };
    getTicker: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description tags of the answers that the caller holds
                 * @example "1763722800123-1207"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description a market's id, `<venue>:<BASE>-<QUOTE>`
                 * @example binance:BTC-USDT
                 */
                market: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    /** @description `"<epoch>-<seq>"`; while the market is not live its status may be appended */
                    etag?: string;
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "ask": [
                     *           "61824.01",
                     *           "0.39004"
                     *         ],
                     *         "bid": [
                     *           "61824.00",
                     *           "4.46334"
                     *         ],
                     *         "change": "-13.62",
                     *         "change_percent": "-0.02",
                     *         "epoch": 1795282016854,
                     *         "high": "61837.63",
                     *         "imbalance": "0.5950",
                     *         "last": "61824.01",
                     *         "last_qty": "0.00047",
                     *         "low": "61824.00",
                     *         "market": "binance:BTC-USDT",
                     *         "microprice": "61824.009196",
                     *         "mid": "61824.005000",
                     *         "open": "61837.63",
                     *         "quote_volume": "64068.1182303",
                     *         "reason": null,
                     *         "seq": 264,
                     *         "since": 1723161254206652,
                     *         "source": "replay",
                     *         "spread": "0.01",
                     *         "status": "live",
                     *         "trades": 162,
                     *         "volume": "1.03622"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_TickerBody"];
                };
            };
            /** @description the caller has it */
            304: {
                headers: {
                    /** @description `"<epoch>-<seq>"`; while the market is not live its status may be appended */
                    etag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unknown_market`: no such market on this server */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market";
                    };
                };
            };
        };
    };
    listTrades: {
        parameters: {
            query?: {
                /** @description a `next_cursor`, or a `seq` that memory holds */
                before?: string;
                /** @description microseconds UTC: only trades with `ts` before it */
                end?: number;
                /** @description of the answer; goes before `Accept` */
                format?: "json" | "csv" | "ndjson";
                /** @description most trades of an answer */
                limit?: number;
                /** @description microseconds UTC: only trades with `ts` at or after it */
                start?: number;
            };
            header?: {
                /**
                 * @description tags of the answers that the caller holds
                 * @example "1763722800123-1207"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description a market's id, `<venue>:<BASE>-<QUOTE>`
                 * @example binance:BTC-USDT
                 */
                market: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    /** @description `"<epoch>-<seq>"`; while the market is not live its status may be appended */
                    etag?: string;
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "epoch": 1763722800123,
                     *         "items": [
                     *           {
                     *             "price": "61837.63",
                     *             "qty": "0.02000",
                     *             "seq": 411,
                     *             "side": "sell",
                     *             "trade_id": "3735683259",
                     *             "ts": 1763722812338000
                     *           },
                     *           {
                     *             "price": "61837.63",
                     *             "qty": "0.04800",
                     *             "seq": 412,
                     *             "side": "sell",
                     *             "trade_id": "3735683260",
                     *             "ts": 1763722812340000
                     *           }
                     *         ],
                     *         "market": "binance:BTC-USDT",
                     *         "next_cursor": "1763722812338000-3735683259",
                     *         "reason": null,
                     *         "seq": 412,
                     *         "since": 1763722800500000,
                     *         "source": "replay",
                     *         "status": "live"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_TradesBody"];
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            /** @description the caller has it */
            304: {
                headers: {
                    /** @description `"<epoch>-<seq>"`; while the market is not live its status may be appended */
                    etag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_limit`: the limit is not a number within its range; `bad_cursor`: the cursor is not one that a list gave out; `bad_time`: a time is not an integer in microseconds, or start is after end; `bad_request`: a field is missing, of the wrong type or out of range */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_limit" | "bad_cursor" | "bad_time" | "bad_request";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market";
                    };
                };
            };
            /** @description `not_acceptable`: the resource has no such format */
            406: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_acceptable";
                    };
                };
            };
            /** @description `internal`: a fault on our side; the log has the trace id */
            500: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "internal";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "store_unavailable" | "busy";
                    };
                };
            };
        };
    };
    listReplays: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "ended": false,
                     *             "lines": 4593,
                     *             "markets": [
                     *               "binance:BTC-USDT"
                     *             ],
                     *             "paused": false,
                     *             "position_ms": 43464,
                     *             "replay": "replay",
                     *             "round": 0,
                     *             "speed": "20"
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_ReplayInfo"];
                };
            };
        };
    };
    pauseReplay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "accepted": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Accepted"];
                };
            };
            /** @description `not_a_replay`: the market is not replayed from a recording */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_a_replay";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy";
                    };
                };
            };
        };
    };
    resumeReplay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "accepted": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Accepted"];
                };
            };
            /** @description `not_a_replay`: the market is not replayed from a recording */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_a_replay";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy";
                    };
                };
            };
        };
    };
    seekReplay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SeekBody"];
            };
        };
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "accepted": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Accepted"];
                };
            };
            /** @description `bad_json`: the message is not JSON; `bad_request`: a field is missing, of the wrong type or out of range */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_json" | "bad_request";
                    };
                };
            };
            /** @description `not_a_replay`: the market is not replayed from a recording */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_a_replay";
                    };
                };
            };
            /** @description `message_too_large`: the message is larger than the limit */
            413: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_large";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy";
                    };
                };
            };
        };
    };
    setReplaySpeed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SpeedBody"];
            };
        };
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "accepted": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Accepted"];
                };
            };
            /** @description `bad_json`: the message is not JSON; `bad_request`: a field is missing, of the wrong type or out of range */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_json" | "bad_request";
                    };
                };
            };
            /** @description `not_a_replay`: the market is not replayed from a recording */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_a_replay";
                    };
                };
            };
            /** @description `message_too_large`: the message is larger than the limit */
            413: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_large";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy";
                    };
                };
            };
        };
    };
    stepReplay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "accepted": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Accepted"];
                };
            };
            /** @description `not_a_replay`: the market is not replayed from a recording */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_a_replay";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy";
                    };
                };
            };
        };
    };
    listScenarios: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "market": "sim:BTC-USD",
                     *             "scenario": "calm"
                     *           },
                     *           {
                     *             "market": "sim:ETH-USD",
                     *             "scenario": "calm"
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_Playing"];
                };
            };
        };
    };
    setScenario: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScenarioBody"];
            };
        };
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "accepted": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Accepted"];
                };
            };
            /** @description `bad_json`: the message is not JSON; `bad_request`: a field is missing, of the wrong type or out of range */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_json" | "bad_request";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market";
                    };
                };
            };
            /** @description `not_simulated`: the market is not of the simulated venue */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_simulated";
                    };
                };
            };
            /** @description `message_too_large`: the message is larger than the limit */
            413: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_large";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy";
                    };
                };
            };
        };
    };
    listSymbols: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "base": "BTC",
                     *             "lot_size": "0.00001",
                     *             "market": "sim:BTC-USD",
                     *             "min_notional": "1",
                     *             "quote": "USD",
                     *             "symbol": "BTC-USD",
                     *             "tick_size": "0.01",
                     *             "venue": "sim"
                     *           },
                     *           {
                     *             "base": "BTC",
                     *             "lot_size": "0.00001",
                     *             "market": "binance:BTC-USDT",
                     *             "min_notional": "5",
                     *             "quote": "USDT",
                     *             "symbol": "BTCUSDT",
                     *             "tick_size": "0.01",
                     *             "venue": "binance"
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_Symbol"];
                };
            };
        };
    };
    getInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "counters": {
                     *           "bytes_sent": 363006,
                     *           "frames_sent": 1206,
                     *           "sessions_open": 1
                     *         },
                     *         "hubs": 2,
                     *         "markets": 4,
                     *         "name": "marketd",
                     *         "uptime_s": 9,
                     *         "version": "0.1.0"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Info"];
                };
            };
        };
    };
    openSession: {
        parameters: {
            query?: {
                /** @description frames go out at most once in so many milliseconds */
                flush_ms?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the connection is a WebSocket from here on */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request";
                    };
                };
            };
            /** @description `origin_not_allowed`: pages of that origin may not connect */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "origin_not_allowed";
                    };
                };
            };
            /** @description `too_many_connections`: the address holds as many connections as it may */
            429: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "too_many_connections";
                    };
                };
            };
            /** @description `internal`: a fault on our side; the log has the trace id */
            500: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "internal";
                    };
                };
            };
            /** @description `shutting_down`: the server is stopping */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "shutting_down";
                    };
                };
            };
        };
    };
    openEcho: {
        parameters: {
            query?: {
                /** @description frames go out at most once in so many milliseconds */
                flush_ms?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the connection is a WebSocket from here on */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request";
                    };
                };
            };
            /** @description `origin_not_allowed`: pages of that origin may not connect */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "origin_not_allowed";
                    };
                };
            };
            /** @description `not_found`: no such route or resource */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
            /** @description `too_many_connections`: the address holds as many connections as it may */
            429: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "too_many_connections";
                    };
                };
            };
            /** @description `internal`: a fault on our side; the log has the trace id */
            500: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "internal";
                    };
                };
            };
            /** @description `shutting_down`: the server is stopping */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "shutting_down";
                    };
                };
            };
        };
    };
    getAsyncapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description AsyncAPI 3.0 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    getDocsFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example ws-protocol.md */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `not_found`: no such route or resource */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "bus": {
                     *           "backend": "memory",
                     *           "reason": null,
                     *           "since": 1795282016020000,
                     *           "state": "up"
                     *         },
                     *         "feeds": [
                     *           {
                     *             "feed": "sim",
                     *             "last_error": null,
                     *             "last_message": 1795282025917636,
                     *             "malformed": 0,
                     *             "messages": 701,
                     *             "reconnects": 0,
                     *             "since": 1795282016603548,
                     *             "source": "sim",
                     *             "state": "connected",
                     *             "venue": "sim"
                     *           }
                     *         ],
                     *         "markets": [
                     *           {
                     *             "actor_alive": true,
                     *             "age_ms": 6,
                     *             "market": "sim:BTC-USD",
                     *             "reason": null,
                     *             "since": 1795282016029145,
                     *             "status": "live"
                     *           }
                     *         ],
                     *         "ready": true,
                     *         "status": "ok",
                     *         "store": {
                     *           "backend": "sqlite",
                     *           "lag_ms": 0,
                     *           "lost_rows": 0,
                     *           "maintenance": {
                     *             "at": 1795282016100000,
                     *             "error": null,
                     *             "partitions_created": [],
                     *             "partitions_dropped": [],
                     *             "rows_deleted": 0,
                     *             "took_ms": 3
                     *           },
                     *           "reason": null,
                     *           "since": null,
                     *           "spool_bytes": 0,
                     *           "spool_error": null,
                     *           "spool_set_aside": null,
                     *           "spooled_rows": 0,
                     *           "state": "ok",
                     *           "writers": [
                     *             {
                     *               "batches": 31,
                     *               "family": "trades",
                     *               "lag_ms": 0,
                     *               "last_batch_rows": 14,
                     *               "last_write_us": 1720,
                     *               "rows_known": 0,
                     *               "rows_lost": 0,
                     *               "rows_refused": 0,
                     *               "rows_spooled": 0,
                     *               "rows_written": 412
                     *             }
                     *           ]
                     *         }
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Health"];
                };
            };
        };
    };
    getHealthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "bus": {
                     *           "backend": "memory",
                     *           "reason": null,
                     *           "since": 1795282016020000,
                     *           "state": "up"
                     *         },
                     *         "feeds": [
                     *           {
                     *             "feed": "sim",
                     *             "last_error": null,
                     *             "last_message": 1795282025917636,
                     *             "malformed": 0,
                     *             "messages": 701,
                     *             "reconnects": 0,
                     *             "since": 1795282016603548,
                     *             "source": "sim",
                     *             "state": "connected",
                     *             "venue": "sim"
                     *           }
                     *         ],
                     *         "markets": [
                     *           {
                     *             "actor_alive": true,
                     *             "age_ms": 6,
                     *             "market": "sim:BTC-USD",
                     *             "reason": null,
                     *             "since": 1795282016029145,
                     *             "status": "live"
                     *           }
                     *         ],
                     *         "ready": true,
                     *         "status": "ok",
                     *         "store": {
                     *           "backend": "sqlite",
                     *           "lag_ms": 0,
                     *           "lost_rows": 0,
                     *           "maintenance": {
                     *             "at": 1795282016100000,
                     *             "error": null,
                     *             "partitions_created": [],
                     *             "partitions_dropped": [],
                     *             "rows_deleted": 0,
                     *             "took_ms": 3
                     *           },
                     *           "reason": null,
                     *           "since": null,
                     *           "spool_bytes": 0,
                     *           "spool_error": null,
                     *           "spool_set_aside": null,
                     *           "spooled_rows": 0,
                     *           "state": "ok",
                     *           "writers": [
                     *             {
                     *               "batches": 31,
                     *               "family": "trades",
                     *               "lag_ms": 0,
                     *               "last_batch_rows": 14,
                     *               "last_write_us": 1720,
                     *               "rows_known": 0,
                     *               "rows_lost": 0,
                     *               "rows_refused": 0,
                     *               "rows_spooled": 0,
                     *               "rows_written": 412
                     *             }
                     *           ]
                     *         }
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Health"];
                };
            };
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "alive": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Alive"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus' text format, version 0.0.4 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `not_found`: no such route or resource */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
        };
    };
    getOpenapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the answer */
            200: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "ready": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "660c7c6c87e14-6"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Ready"];
                };
            };
            /** @description `market_not_ready`: the market has no book yet; `shutting_down`: the server is stopping */
            503: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "market_not_ready" | "shutting_down";
                    };
                };
            };
        };
    };
}
