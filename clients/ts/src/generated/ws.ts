// Made from docs/schemas/ws by clients/ts/codegen. Do not edit.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AcceptedMarket: {
            market: string;
            reason?: components["schemas"]["ResumeReason"];
            /** @description With `resume`: whether the frames after the position follow; else a snapshot does. */
            recovered?: boolean;
            /** @enum {string} */
            status: "accepted";
        };
        /** @enum {string} */
        AccountChannelName: "orders" | "fills" | "balances" | "positions";
        /** @description A channel of an account begins, or has ended. */
        AccountReply: {
            account: string;
            channel: components["schemas"]["AccountChannelName"];
            id?: components["schemas"]["RequestId"];
            op: components["schemas"]["SubscriptionOp"];
            reason?: components["schemas"]["ResumeReason"];
            /** @description With `resume`: whether the frames after the position follow; else a snapshot does. */
            recovered?: boolean;
            /** @enum {string} */
            status: "ok";
            /** @enum {string} */
            type: "reply";
        };
        /** @description New values of an open order. */
        AmendOrderRequest: {
            account?: string | null;
            client_order_id?: string;
            id?: components["schemas"]["RequestId"];
            /** @description What its client calls it from then on. */
            new_client_order_id?: string | null;
            /** @enum {string} */
            op: "order.amend";
            order_id?: components["schemas"]["Count"];
            price?: components["schemas"]["DecimalInput"] | null;
            /** @description The whole quantity, what is filled included. */
            qty?: components["schemas"]["DecimalInput"] | null;
            stop_price?: components["schemas"]["DecimalInput"] | null;
        } & (unknown | unknown);
        /** @description Who the connection is of. */
        AuthReply: {
            /** @description When the connection is closed, unless it has shown a new token before; null: never. */
            expires_at: components["schemas"]["Micros"] | null;
            id?: components["schemas"]["RequestId"];
            /** @enum {string} */
            op: "auth";
            role: components["schemas"]["RoleName"];
            scopes: components["schemas"]["ScopeName"][];
            /** @enum {string} */
            status: "ok";
            /** @enum {string} */
            type: "reply";
            user: string;
        };
        /** @description Shows who is behind the connection: with an access token, or with a ticket of `POST /api/v1/auth/ws-ticket`. */
        AuthRequest: {
            id?: components["schemas"]["RequestId"];
            /** @enum {string} */
            op: "auth";
            ticket?: string;
            token?: string;
        } & (unknown | unknown);
        /** @description What an account has of an asset. */
        BalanceBody: {
            asset: string;
            free: components["schemas"]["Decimal"];
            /** @description What open orders may cost at worst. */
            reserved: components["schemas"]["Decimal"];
            total: components["schemas"]["Decimal"];
        };
        /** @description A snapshot has all balances; an event those that changed. */
        BalancesFrame: {
            account: string;
            /** @enum {string} */
            channel: "balances";
            /** @description A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`. */
            epoch: components["schemas"]["Count"];
            items: components["schemas"]["BalanceBody"][];
            prev: components["schemas"]["Count"];
            seq: components["schemas"]["Count"];
            /** @description When the server encoded it. */
            ts_sent: components["schemas"]["Micros"];
            type: components["schemas"]["SnapshotOrEvent"];
        };
        /** @description Best bid and offer; null while a side is empty. Each frame is whole. */
        BboFrame: {
            ask: components["schemas"]["LevelPair"] | null;
            bid: components["schemas"]["LevelPair"] | null;
            /** @enum {string} */
            channel: "bbo";
            /** @description A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`. */
            epoch: components["schemas"]["Count"];
            market: components["schemas"]["MarketName"];
            prev: components["schemas"]["Count"];
            seq: components["schemas"]["Count"];
            /** @description When the server received it. */
            ts_recv: components["schemas"]["Micros"];
            /** @description When the server encoded it. */
            ts_sent: components["schemas"]["Micros"];
            /** @description The venue's clock, 0 where it gives none. */
            ts_venue: components["schemas"]["Micros"];
            type: components["schemas"]["SnapshotOrDelta"];
        };
        /** @description An order book, or what changed in it. Quantity zero removes a level. */
        BookFrame: {
            asks: components["schemas"]["LevelPair"][];
            bids: components["schemas"]["LevelPair"][];
            /** @enum {string} */
            channel: "book";
            /**
             * Format: uint32
             * @description With `checksum` asked for: CRC-32 of the ten best levels a side after the frame.
             */
            checksum?: number;
            depth: components["schemas"]["DepthName"];
            /** @description A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`. */
            epoch: components["schemas"]["Count"];
            interval_ms: components["schemas"]["BookIntervalMs"];
            market: components["schemas"]["MarketName"];
            prev: components["schemas"]["Count"];
            seq: components["schemas"]["Count"];
            /** @description When the server received it. */
            ts_recv: components["schemas"]["Micros"];
            /** @description When the server encoded it. */
            ts_sent: components["schemas"]["Micros"];
            /** @description The venue's clock, 0 where it gives none. */
            ts_venue: components["schemas"]["Micros"];
            type: components["schemas"]["SnapshotOrDelta"];
        };
        /**
         * @description Least time between two frames of a book stream, in milliseconds; 0 sends every change.
         * @enum {integer}
         */
        BookIntervalMs: 0 | 100 | 250 | 1000;
        CancelAllReply: {
            data: components["schemas"]["CancelledBody"];
            id?: components["schemas"]["RequestId"];
            /** @enum {string} */
            op: "order.cancel_all";
            /** @enum {string} */
            status: "ok";
            /** @enum {string} */
            type: "reply";
        };
        /** @description Cancels all orders of an account, or those of one market. */
        CancelAllRequest: {
            account?: string;
            id?: components["schemas"]["RequestId"];
            market?: string;
            /** @enum {string} */
            op: "order.cancel_all";
        };
        /** @description How many orders were cancelled. */
        CancelledBody: {
            /** Format: uint32 */
            cancelled: number;
        };
        CancelOrderRequest: {
            account?: string;
            client_order_id?: string;
            id?: components["schemas"]["RequestId"];
            /** @enum {string} */
            op: "order.cancel";
            order_id?: components["schemas"]["Count"];
        } & (unknown | unknown);
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
        /** @description Candles that are new or changed; known by their `open_time`. */
        CandlesFrame: {
            candles: components["schemas"]["CandleItem"][];
            /** @enum {string} */
            channel: "candles";
            /** @description A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`. */
            epoch: components["schemas"]["Count"];
            interval: components["schemas"]["IntervalName"];
            market: components["schemas"]["MarketName"];
            prev: components["schemas"]["Count"];
            seq: components["schemas"]["Count"];
            /** @description When the server received it. */
            ts_recv: components["schemas"]["Micros"];
            /** @description When the server encoded it. */
            ts_sent: components["schemas"]["Micros"];
            /** @description The venue's clock, 0 where it gives none. */
            ts_venue: components["schemas"]["Micros"];
            type: components["schemas"]["SnapshotOrDelta"];
        };
        /** @enum {string} */
        ChannelName: "book" | "bbo" | "trades" | "ticker" | "candles" | "status";
        /**
         * ClientMessage
         * @description Anything that a client sends.
         */
        ClientMessage: components["schemas"]["SubscribeRequest"] | components["schemas"]["UnsubscribeRequest"] | components["schemas"]["PingRequest"] | components["schemas"]["AuthRequest"] | components["schemas"]["SubscribeAccountRequest"] | components["schemas"]["UnsubscribeAccountRequest"] | components["schemas"]["PlaceOrderRequest"] | components["schemas"]["AmendOrderRequest"] | components["schemas"]["CancelOrderRequest"] | components["schemas"]["CancelAllRequest"];
        /**
         * Format: int64
         * @description A number that only grows; below 2^53.
         */
        Count: number;
        /** @description A decimal as text, at the market's fixed scale. Not for binary floating point. */
        Decimal: string;
        /** @description A decimal: a string such as "0.1", or a number, which is read exactly as it is written. */
        DecimalInput: string | number;
        /**
         * @description Levels a side of a book stream.
         * @enum {unknown}
         */
        DepthName: 10 | 25 | 50 | 100 | "full";
        /**
         * @description Why an order ended otherwise than filled.
         * @enum {string}
         */
        EndReasonName: "user_request" | "cancel_all" | "kill_switch" | "cancel_after" | "account_reset" | "ioc_remainder" | "fok_unfilled" | "no_liquidity" | "quote_remainder" | "expires_at" | "self_trade" | "would_cross" | "would_trigger" | "market_not_live" | "delisted" | "list_sibling" | "list_entry_unfilled" | "insufficient_balance" | "out_of_range" | "price_band";
        /**
         * @description Which of the errors it is. More may be added.
         * @enum {string}
         */
        ErrorCodeName: "bad_json" | "bad_msgpack" | "bad_request" | "unknown_op" | "unknown_channel" | "unknown_market" | "bad_depth" | "bad_interval" | "bad_limit" | "bad_time" | "bad_cursor" | "idempotency_key_reused" | "in_progress" | "not_subscribed" | "already_subscribed" | "too_many_subscriptions" | "too_many_markets" | "message_too_large" | "message_too_slow" | "binary_not_supported" | "rate_limited" | "too_many_connections" | "origin_not_allowed" | "unauthenticated" | "token_expired" | "forbidden" | "name_taken" | "not_found" | "method_not_allowed" | "not_acceptable" | "history_not_kept" | "not_a_replay" | "not_simulated" | "market_not_ready" | "store_unavailable" | "unknown_account" | "unknown_asset" | "unknown_order" | "account_closed" | "already_exists" | "reserved_balance" | "too_many_accounts" | "too_many_assets" | "scale_mismatch" | "fee_out_of_range" | "market_connecting" | "market_stale" | "market_halted" | "market_delisted" | "duplicate_client_order_id" | "bad_client_order_id" | "order_final" | "change_pending" | "precision" | "out_of_range" | "tick_size" | "lot_size" | "min_notional" | "price_band" | "missing_price" | "unexpected_price" | "missing_stop_price" | "unexpected_stop_price" | "missing_trailing_bps" | "unexpected_trailing_bps" | "missing_qty" | "bad_fields" | "bad_time_in_force" | "bad_expiry" | "bad_post_only" | "bad_display_qty" | "bad_list" | "bad_timer" | "would_cross" | "would_trigger" | "below_filled" | "nothing_to_amend" | "not_amendable" | "insufficient_balance" | "kill_switch" | "kill_switch_global" | "max_order_qty" | "max_order_notional" | "max_open_orders" | "max_position" | "max_daily_loss" | "price_collar" | "no_mark_price" | "order_rate" | "too_many_orders" | "busy" | "timed_out" | "shutting_down" | "internal";
        /** @description The answer to a request that could not be acted on at all. */
        ErrorFrame: {
            code: components["schemas"]["ErrorCodeName"];
            id?: components["schemas"]["RequestId"];
            /** @description For people. */
            message: string;
            op?: string;
            retryable: boolean;
            /** @enum {string} */
            type: "error";
        };
        /** @description An execution of one order. */
        FillBody: {
            account: string;
            /** @description Below zero for a rebate. */
            fee: components["schemas"]["Decimal"];
            fee_asset: string;
            fill_id: components["schemas"]["Count"];
            liquidity: components["schemas"]["LiquidityName"];
            market: components["schemas"]["MarketName"];
            order_id: components["schemas"]["Count"];
            price: components["schemas"]["Decimal"];
            qty: components["schemas"]["Decimal"];
            side: components["schemas"]["SideName"];
            ts: components["schemas"]["Micros"];
        };
        /** @description A snapshot has the latest fills, oldest first; an event those that are new. */
        FillsFrame: {
            account: string;
            /** @enum {string} */
            channel: "fills";
            /** @description A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`. */
            epoch: components["schemas"]["Count"];
            items: components["schemas"]["FillBody"][];
            prev: components["schemas"]["Count"];
            seq: components["schemas"]["Count"];
            /** @description When the server encoded it. */
            ts_sent: components["schemas"]["Micros"];
            type: components["schemas"]["SnapshotOrEvent"];
        };
        /** @description Every 5 s: the server's time, and per stream the position of the last frame that was sent. */
        Heartbeat: {
            server_time: components["schemas"]["Micros"];
            streams: components["schemas"]["StreamStanding"][];
            /** @enum {string} */
            type: "heartbeat";
        };
        /**
         * @description Length of a candle.
         * @enum {string}
         */
        IntervalName: "1s" | "1m" | "5m" | "15m" | "1h" | "4h" | "1d" | "1w";
        /** @description Tells a reader that was too slow which trades it will not get. */
        LaggedFrame: {
            /** @enum {string} */
            channel: "trades";
            /** @description A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`. */
            epoch: components["schemas"]["Count"];
            lagged: components["schemas"]["LaggedRange"];
            market: components["schemas"]["MarketName"];
            prev: components["schemas"]["Count"];
            seq: components["schemas"]["Count"];
            /** @description When the server received it. */
            ts_recv: components["schemas"]["Micros"];
            /** @description When the server encoded it. */
            ts_sent: components["schemas"]["Micros"];
            /** @description The venue's clock, 0 where it gives none. */
            ts_venue: components["schemas"]["Micros"];
            /** @enum {string} */
            type: "event";
        };
        /** @description The first and the last `seq` that are lost. */
        LaggedRange: {
            from: components["schemas"]["Count"];
            to: components["schemas"]["Count"];
        };
        /** @description Price and quantity. */
        LevelPair: [
            components["schemas"]["Decimal"],
            components["schemas"]["Decimal"]
        ];
        /**
         * @description Whether an order rested when it was filled, or took.
         * @enum {string}
         */
        LiquidityName: "maker" | "taker";
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
        /** @description An order and what has become of it. */
        OrderBody: {
            /** @description Name of the account. */
            account: string;
            avg_price: components["schemas"]["Decimal"] | null;
            /** @description A cancel or an amendment is on its way. */
            change_pending: boolean;
            client_order_id: string | null;
            created_at: components["schemas"]["Micros"];
            display_qty: components["schemas"]["Decimal"] | null;
            expires_at: components["schemas"]["Micros"] | null;
            /** @description Of all fills so far. */
            fee: components["schemas"]["Decimal"];
            fee_asset: string;
            filled_qty: components["schemas"]["Decimal"];
            /** @description Quote paid or received, before fees. */
            filled_quote: components["schemas"]["Decimal"];
            list_id: components["schemas"]["Count"] | null;
            market: components["schemas"]["MarketName"];
            order_id: components["schemas"]["Count"];
            post_only: boolean;
            /** @description The last match that was prevented by it. */
            prevented_match_id?: components["schemas"]["Count"];
            /** @description Taken off by self-trade prevention. */
            prevented_qty: components["schemas"]["Decimal"];
            price: components["schemas"]["Decimal"] | null;
            qty: components["schemas"]["Decimal"] | null;
            /** @description The venue's quantity in front of it at its price; null while it stands in no queue, or its price is out of view. */
            queue_ahead: components["schemas"]["Decimal"] | null;
            quote_qty: components["schemas"]["Decimal"] | null;
            /** @description Why it ended otherwise than filled. */
            reason: components["schemas"]["EndReasonName"] | null;
            /** @description Present and true in the answer to a request that was carried out before. */
            replayed?: boolean;
            /** @description What it holds back. */
            reserved: components["schemas"]["Decimal"];
            reserved_asset: string;
            self_trade_prevention: components["schemas"]["SelfTradePreventionName"];
            side: components["schemas"]["SideName"];
            status: components["schemas"]["OrderStatusName"];
            /** @description Of a trailing stop: where it is now. */
            stop_price: components["schemas"]["Decimal"] | null;
            time_in_force: components["schemas"]["TimeInForceName"];
            /** Format: uint32 */
            trailing_bps: number | null;
            trigger_by: components["schemas"]["TriggerByName"];
            type: components["schemas"]["OrderTypeName"];
            updated_at: components["schemas"]["Micros"];
        };
        /** @enum {string} */
        OrderOpName: "order.place" | "order.amend" | "order.cancel";
        /** @description The order as it is now. */
        OrderReply: {
            data: components["schemas"]["OrderBody"];
            id?: components["schemas"]["RequestId"];
            op: components["schemas"]["OrderOpName"];
            /** @enum {string} */
            status: "ok";
            /** @enum {string} */
            type: "reply";
        };
        /** @description A snapshot has all open orders; an event those that are new or changed, also for the last time. */
        OrdersFrame: {
            account: string;
            /** @enum {string} */
            channel: "orders";
            /** @description A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`. */
            epoch: components["schemas"]["Count"];
            items: components["schemas"]["OrderBody"][];
            prev: components["schemas"]["Count"];
            seq: components["schemas"]["Count"];
            /** @description When the server encoded it. */
            ts_sent: components["schemas"]["Micros"];
            type: components["schemas"]["SnapshotOrEvent"];
        };
        /**
         * @description How far an order has come.
         * @enum {string}
         */
        OrderStatusName: "pending" | "open" | "partially_filled" | "filled" | "cancelled" | "rejected" | "expired";
        /**
         * @description Kind of an order.
         * @enum {string}
         */
        OrderTypeName: "market" | "limit" | "stop" | "stop_limit" | "take_profit" | "take_profit_limit" | "trailing_stop";
        /** @description Asks for the server's time. */
        PingRequest: {
            id?: components["schemas"]["RequestId"];
            /** @enum {string} */
            op: "ping";
        };
        /** @description Places an order: the fields are those of `POST /orders`. */
        PlaceOrderRequest: {
            /** @description The default account without it. */
            account?: string | null;
            /** @description The caller's own name for the order: 1 to 64 of `A-Z a-z 0-9 . _ : / -`. */
            client_order_id?: string | null;
            /** @description How much of it stands in the queue at a time. */
            display_qty?: components["schemas"]["DecimalInput"] | null;
            /** @description For `gtd` and nothing else. */
            expires_at?: components["schemas"]["Micros"];
            id?: components["schemas"]["RequestId"];
            market: components["schemas"]["MarketName"];
            /** @enum {string} */
            op: "order.place";
            post_only?: boolean;
            price?: components["schemas"]["DecimalInput"] | null;
            /** @description Base to trade. Either this or `quote_qty`. */
            qty?: components["schemas"]["DecimalInput"] | null;
            /** @description Quote to spend or to receive; market orders only. */
            quote_qty?: components["schemas"]["DecimalInput"] | null;
            /** @description `expire_taker` without it. */
            self_trade_prevention?: components["schemas"]["SelfTradePreventionName"];
            side: components["schemas"]["SideName"];
            stop_price?: components["schemas"]["DecimalInput"] | null;
            /** @description Without it: `ioc` for market orders, `gtc` for others. */
            time_in_force?: components["schemas"]["TimeInForceName"];
            /**
             * Format: uint32
             * @description Distance of a trailing stop in hundredths of a percent.
             */
            trailing_bps?: number | null;
            /** @description `last` without it. */
            trigger_by?: components["schemas"]["TriggerByName"];
            type: components["schemas"]["OrderTypeName"];
        };
        /** @description The answer to a ping. */
        PongReply: {
            id?: components["schemas"]["RequestId"];
            /** @enum {string} */
            op: "ping";
            server_time: components["schemas"]["Micros"];
            /** @enum {string} */
            status: "ok";
            /** @enum {string} */
            type: "reply";
        };
        /** @description What was bought and sold in a market, and what came of it. */
        PositionBody: {
            /** @description With four more decimals than a price; null when nothing is open. */
            entry_price: components["schemas"]["Decimal"] | null;
            /** @description Those in base at the price of their fill. */
            fees: components["schemas"]["Decimal"];
            /** @description The middle of the book, else the last print; null while there is none. */
            mark_price: components["schemas"]["Decimal"] | null;
            market: components["schemas"]["MarketName"];
            /** @description Below zero when more was sold than bought. */
            qty: components["schemas"]["Decimal"];
            quote: string;
            /** @description Before fees. */
            realized_pnl: components["schemas"]["Decimal"];
            unrealized_pnl: components["schemas"]["Decimal"] | null;
        };
        /** @description The last frame that was applied. */
        PositionNamed: {
            epoch: components["schemas"]["Count"];
            seq: components["schemas"]["Count"];
        };
        /** @description A snapshot has all positions; an event those that changed. Marks are of the moment. */
        PositionsFrame: {
            account: string;
            /** @enum {string} */
            channel: "positions";
            /** @description A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`. */
            epoch: components["schemas"]["Count"];
            items: components["schemas"]["PositionBody"][];
            prev: components["schemas"]["Count"];
            seq: components["schemas"]["Count"];
            /** @description When the server encoded it. */
            ts_sent: components["schemas"]["Micros"];
            type: components["schemas"]["SnapshotOrEvent"];
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
        RefusedMarket: {
            code: components["schemas"]["ErrorCodeName"];
            market: string;
            message: string;
            retryable: boolean;
            /** @enum {string} */
            status: "error";
        };
        /** @enum {string} */
        ReplyStatus: "ok" | "partial" | "error";
        /** @description Comes back unchanged in the answer. */
        RequestId: number | string;
        /** @description Where to go on: one position for the one market of the request, or one per market. */
        Resume: components["schemas"]["PositionNamed"] | {
            [key: string]: components["schemas"]["PositionNamed"];
        };
        /** @enum {string} */
        ResumeReason: "ok" | "epoch" | "too_old" | "unknown_position";
        /**
         * @description What a user is to the server.
         * @enum {string}
         */
        RoleName: "viewer" | "trader" | "admin";
        /**
         * @description What a caller may do.
         * @enum {string}
         */
        ScopeName: "read" | "trade" | "admin";
        /**
         * @description What happens when an order would take from one of the same account.
         * @enum {string}
         */
        SelfTradePreventionName: "none" | "expire_taker" | "expire_maker" | "expire_both" | "decrement";
        /**
         * ServerMessage
         * @description Anything that the server sends.
         */
        ServerMessage: components["schemas"]["SubscriptionReply"] | components["schemas"]["PongReply"] | components["schemas"]["AuthReply"] | components["schemas"]["ErrorFrame"] | components["schemas"]["Heartbeat"] | components["schemas"]["BookFrame"] | components["schemas"]["BboFrame"] | components["schemas"]["TradesFrame"] | components["schemas"]["LaggedFrame"] | components["schemas"]["TickerFrame"] | components["schemas"]["CandlesFrame"] | components["schemas"]["StatusFrame"] | components["schemas"]["AccountReply"] | components["schemas"]["OrderReply"] | components["schemas"]["CancelAllReply"] | components["schemas"]["OrdersFrame"] | components["schemas"]["FillsFrame"] | components["schemas"]["BalancesFrame"] | components["schemas"]["PositionsFrame"];
        /** @enum {string} */
        SideName: "buy" | "sell";
        /** @enum {string} */
        SnapshotOrDelta: "snapshot" | "delta";
        /** @enum {string} */
        SnapshotOrEvent: "snapshot" | "event";
        /** @description Whether a market's data can be believed. Each frame is whole. */
        StatusFrame: {
            /** @enum {string} */
            channel: "status";
            /** @description A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`. */
            epoch: components["schemas"]["Count"];
            market: components["schemas"]["MarketName"];
            prev: components["schemas"]["Count"];
            reason: components["schemas"]["ReasonName"] | null;
            seq: components["schemas"]["Count"];
            /** @description When the status began. */
            since: components["schemas"]["Micros"];
            status: components["schemas"]["MarketStatusName"];
            /** @description When the server received it. */
            ts_recv: components["schemas"]["Micros"];
            /** @description When the server encoded it. */
            ts_sent: components["schemas"]["Micros"];
            /** @description The venue's clock, 0 where it gives none. */
            ts_venue: components["schemas"]["Micros"];
            /** @enum {string} */
            type: "status";
        };
        StreamStanding: {
            channel: components["schemas"]["ChannelName"];
            checksum?: boolean;
            depth?: components["schemas"]["DepthName"];
            epoch: components["schemas"]["Count"];
            interval?: components["schemas"]["IntervalName"];
            interval_ms?: components["schemas"]["BookIntervalMs"];
            market: components["schemas"]["MarketName"];
            seq: components["schemas"]["Count"];
        };
        /** @description Asks for a channel of an account. */
        SubscribeAccountRequest: {
            /** @description The default account without it. */
            account?: string;
            channel: components["schemas"]["AccountChannelName"];
            id?: components["schemas"]["RequestId"];
            /** @enum {string} */
            op: "subscribe";
            resume?: components["schemas"]["PositionNamed"];
        };
        /** @description Asks for streams: a market, a channel and its parameters make one. */
        SubscribeRequest: {
            channel: components["schemas"]["ChannelName"];
            /** @description Book: adds `checksum` to each frame. */
            checksum?: boolean;
            /** @description Book: levels a side; 50 when it is missing. */
            depth?: components["schemas"]["DepthName"];
            id?: components["schemas"]["RequestId"];
            /** @description Candles: `1m` when it is missing. */
            interval?: components["schemas"]["IntervalName"];
            /** @description Book: least time between two frames; 100 when it is missing. */
            interval_ms?: components["schemas"]["BookIntervalMs"];
            /** @description Taken for one of `markets`. */
            market?: string;
            /** @description 1 to 100 market ids. */
            markets?: string[];
            /** @enum {string} */
            op: "subscribe";
            resume?: components["schemas"]["Resume"];
        } | unknown | unknown;
        /** @enum {string} */
        SubscriptionOp: "subscribe" | "unsubscribe";
        /** @description What became of a subscribe or unsubscribe request. */
        SubscriptionReply: {
            channel: components["schemas"]["ChannelName"];
            checksum?: boolean;
            depth?: components["schemas"]["DepthName"];
            id?: components["schemas"]["RequestId"];
            interval?: components["schemas"]["IntervalName"];
            interval_ms?: components["schemas"]["BookIntervalMs"];
            op: components["schemas"]["SubscriptionOp"];
            /** @description Each market once, in alphabetical order. */
            results: components["schemas"]["SubscriptionResult"][];
            /** @description `ok` when every market was accepted, `error` when none was. */
            status: components["schemas"]["ReplyStatus"];
            /** @enum {string} */
            type: "reply";
        };
        SubscriptionResult: components["schemas"]["AcceptedMarket"] | components["schemas"]["RefusedMarket"];
        /** @description Figures over the last 24 hours and the top of the book. Each frame is whole. */
        TickerFrame: {
            ask: components["schemas"]["LevelPair"] | null;
            bid: components["schemas"]["LevelPair"] | null;
            /** @description `last` minus `open`. */
            change: components["schemas"]["Decimal"] | null;
            /** @description `change` in percent of `open`, cut to two decimals. */
            change_percent: components["schemas"]["Decimal"] | null;
            /** @enum {string} */
            channel: "ticker";
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
            prev: components["schemas"]["Count"];
            quote_volume: components["schemas"]["Decimal"];
            seq: components["schemas"]["Count"];
            /** @description Best ask minus best bid. */
            spread: components["schemas"]["Decimal"] | null;
            /** @description Number of trades. */
            trades: components["schemas"]["Count"];
            ts_recv: components["schemas"]["Micros"];
            ts_sent: components["schemas"]["Micros"];
            ts_venue: components["schemas"]["Micros"];
            type: components["schemas"]["SnapshotOrDelta"];
            volume: components["schemas"]["Decimal"];
        };
        /**
         * @description How long an order lives.
         * @enum {string}
         */
        TimeInForceName: "gtc" | "ioc" | "fok" | "gtd";
        /** @description A trade on the public tape. */
        TradeItem: {
            /** @description Present and true when the live feed missed the trade and it was fetched afterwards. */
            backfilled?: boolean;
            price: components["schemas"]["Decimal"];
            qty: components["schemas"]["Decimal"];
            /** @description The market's number of the trade; contiguous within an epoch. */
            seq: components["schemas"]["Count"];
            /** @description Who took. */
            side: components["schemas"]["SideName"];
            /** @description The venue's id, as text; empty where it has none. */
            trade_id: string;
            /** @description The venue's time of the trade, or 0. */
            ts: components["schemas"]["Micros"];
        };
        /** @description Trades, oldest first. */
        TradesFrame: {
            /** @enum {string} */
            channel: "trades";
            /** @description A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`. */
            epoch: components["schemas"]["Count"];
            market: components["schemas"]["MarketName"];
            prev: components["schemas"]["Count"];
            seq: components["schemas"]["Count"];
            trades: components["schemas"]["TradeItem"][];
            /** @description When the server received it. */
            ts_recv: components["schemas"]["Micros"];
            /** @description When the server encoded it. */
            ts_sent: components["schemas"]["Micros"];
            /** @description The venue's clock, 0 where it gives none. */
            ts_venue: components["schemas"]["Micros"];
            type: components["schemas"]["SnapshotOrEvent"];
        };
        /**
         * @description The price that wakes an order which waits for one.
         * @enum {string}
         */
        TriggerByName: "last" | "best" | "mark";
        /** @description Ends a channel of an account. */
        UnsubscribeAccountRequest: {
            account?: string;
            channel: components["schemas"]["AccountChannelName"];
            id?: components["schemas"]["RequestId"];
            /** @enum {string} */
            op: "unsubscribe";
        };
        /** @description Ends streams. Channel and parameters name the stream as it was subscribed to. */
        UnsubscribeRequest: {
            channel: components["schemas"]["ChannelName"];
            /** @description Book: adds `checksum` to each frame. */
            checksum?: boolean;
            /** @description Book: levels a side; 50 when it is missing. */
            depth?: components["schemas"]["DepthName"];
            id?: components["schemas"]["RequestId"];
            /** @description Candles: `1m` when it is missing. */
            interval?: components["schemas"]["IntervalName"];
            /** @description Book: least time between two frames; 100 when it is missing. */
            interval_ms?: components["schemas"]["BookIntervalMs"];
            /** @description Taken for one of `markets`. */
            market?: string;
            /** @description 1 to 100 market ids. */
            markets?: string[];
            /** @enum {string} */
            op: "unsubscribe";
        } | unknown | unknown;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
