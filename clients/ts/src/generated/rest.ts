// Made from docs/openapi.json by clients/ts/codegen. Do not edit.

export interface paths {
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's accounts, the default one first */
        get: operations["listAccounts"];
        put?: never;
        /** A new account */
        post: operations["openAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One account, or an old version of it */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Fees and latency of an account */
        patch: operations["setAccount"];
        trace?: never;
    };
    "/api/v1/accounts/{account}/deposits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Money from nowhere */
        post: operations["deposit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{account}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An empty successor
         * @description Cancels the account's orders. The closed version stays readable by its number.
         */
        post: operations["resetAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/actors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is started again when it dies */
        get: operations["listActors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's API keys, the revoked ones too */
        get: operations["listKeys"];
        put?: never;
        /**
         * A new API key
         * @description Needs a login: a key does not make keys. The secret of `hmac-sha256` is shown this once.
         */
        post: operations["makeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * An API key is not good any more
         * @description Needs a login. Its sessions are closed within a second.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what to what from where, newest first */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Logs in */
        post: operations["logIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends a login
         * @description By its refresh token, or without a body that of the access token. Its sessions are closed within a second.
         */
        post: operations["logOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Another password
         * @description All logins of the user end.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The next pair of tokens for a refresh token
         * @description A refresh token is good once. One that comes again ends its login, for whoever else has it too.
         */
        post: operations["renewLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/signup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a user and logs it in
         * @description The first user of a store is its administrator.
         */
        post: operations["signUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/ws-ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A ticket for one WebSocket session */
        post: operations["makeTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/balances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an account has */
        get: operations["listBalances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the server goes by, secrets starred */
        get: operations["getConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes what can be changed while the server runs
         * @description Until it ends: the files stay as they are.
         */
        patch: operations["changeConfig"];
        trace?: never;
    };
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
    "/api/v1/fills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Fills of an account, newest first */
        get: operations["listFills"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lines of an account's ledger, newest first
         * @description All lines of an event are on one page, so there may be a few more than the limit.
         */
        get: operations["listEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one may do how often */
        get: operations["getLimits"];
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
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the caller is */
        get: operations["getProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Orders of an account, newest first */
        get: operations["listOrders"];
        put?: never;
        /** A new order */
        post: operations["placeOrder"];
        /** Cancels all orders of an account */
        delete: operations["cancelAll"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders/{order_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One order */
        get: operations["getOrder"];
        put?: never;
        post?: never;
        /** Cancels an order */
        delete: operations["cancelOrder"];
        options?: never;
        head?: never;
        /**
         * New values of an open order
         * @description An order that only gets smaller keeps its place in the queue.
         */
        patch: operations["amendOrder"];
        trace?: never;
    };
    "/api/v1/orders/{order_id}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Why an order was filled, or was not */
        get: operations["explainOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders/by-client-id/{client_order_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest order of this name: whether a request that was not answered came to something */
        get: operations["getOrderByClientId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders/lists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Orders that depend on each other */
        post: operations["placeList"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an account has bought and sold */
        get: operations["listPositions"];
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
    "/api/v1/risk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Limits and switches of an account */
        get: operations["getRisk"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/risk/cancel-after": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels all orders unless asked again */
        post: operations["setCancelAfter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/risk/kill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels all orders and refuses new ones */
        post: operations["setKillSwitch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/risk/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Replaces all limits of an account */
        put: operations["setLimits"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is connected, the furthest behind first */
        get: operations["listSessions"];
        put?: never;
        post?: never;
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
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All users */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Another role, or none at all
         * @description What the user has open ends: logins, sessions, and for a disabled user keys too.
         */
        patch: operations["changeUser"];
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
        /** Whether every market and the sandbox can be served */
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
        /** @description An account in one of its versions. */
        AccountBody: {
            /** @description Its name, which the newest version keeps. */
            account: string;
            /**
             * Format: uint32
             * @description Of this version: a reset makes another.
             */
            account_id: number;
            fees: components["schemas"]["FeesBody"];
            /** @description Whether requests that name no account mean this one. */
            is_default: boolean;
            kill_switch: boolean;
            latency: components["schemas"]["LatencyBody"];
            /** Format: uint32 */
            open_orders: number;
            /** Format: uint32 */
            predecessor_id: number | null;
            /** Format: uint32 */
            successor_id: number | null;
            /**
             * Format: uint32
             * @description 1, and one more with each reset.
             */
            version: number;
        };
        /** @description A new account of the caller. */
        AccountFields: {
            /** @description Its name: a letter, then up to 31 of `A-Z a-z 0-9 _ -`. */
            account: string;
            /** @description An account whose balances, positions, fees and limits it begins with. */
            clone_of?: string | null;
            fee_in?: components["schemas"]["FeeInName"];
            latency?: components["schemas"]["LatencyBody"] | null;
            /** @description A share of what is traded: `0.001` is 0.1 %. Below zero it is a rebate. */
            maker_fee?: string | null;
            taker_fee?: string | null;
        };
        /** @description An actor that is started again when it dies. */
        ActorInfo: {
            actor: string;
            alive: boolean;
            restarts: components["schemas"]["Count"];
            /** @description Since when it is, or is not. */
            since: components["schemas"]["Micros"];
        };
        /** @description Those that are started again when they die, and the threads that they share. */
        ActorsHealth: {
            /** @description Names of those that are not there right now. */
            dead: string[];
            restarts: components["schemas"]["Count"];
            threads: components["schemas"]["ThreadHealth"][];
            watched: components["schemas"]["Count"];
        };
        Alive: {
            alive: boolean;
        };
        /** @description New values of an open order; what is left out stays as it is. */
        AmendFields: {
            account?: string | null;
            /** @description What its client calls it from then on. */
            new_client_order_id?: string | null;
            price?: components["schemas"]["DecimalInput"] | null;
            /** @description The whole quantity, what is filled included. */
            qty?: components["schemas"]["DecimalInput"] | null;
            stop_price?: components["schemas"]["DecimalInput"] | null;
        };
        /** @description New values of an order, and those before. */
        AmendmentBody: {
            client_order_id: string | null;
            client_order_id_before: string | null;
            /** @description It kept its place in the queue. */
            kept_place: boolean;
            price: components["schemas"]["Decimal"] | null;
            price_before: components["schemas"]["Decimal"] | null;
            qty: components["schemas"]["Decimal"];
            qty_before: components["schemas"]["Decimal"];
            seq: components["schemas"]["Count"];
            stop_price: components["schemas"]["Decimal"] | null;
            stop_price_before: components["schemas"]["Decimal"] | null;
            ts: components["schemas"]["Micros"];
        };
        /** @description The book of now or, with `at`, of a moment. */
        AnyBookBody: components["schemas"]["BookBody"] | components["schemas"]["PastBookBody"];
        /** @description In all markets of one quote asset. */
        AssetLimitsBody: {
            asset: string;
            /**
             * @description Realized less fees, of one UTC day.
             * @default null
             */
            max_daily_loss: components["schemas"]["DecimalInput"] | null;
            /** @default null */
            max_order_notional: components["schemas"]["DecimalInput"] | null;
        };
        /** @description Something that was done, or was not allowed. */
        AuditItem: {
            /** @description Method and route. */
            action: string;
            address: string;
            audit_id: string;
            /** @description Of a refusal; `foreign` where somebody asked for what is another's and was told that there is nothing. */
            code: string | null;
            /** @description `open`, `login:` with its id, `key:` with its id, or `console`: an operator, past the server. */
            proof: string;
            /**
             * Format: uint16
             * @description HTTP status of the answer.
             */
            status: number;
            /** @description The path as it was asked for. */
            target: string;
            trace_id: string;
            ts: components["schemas"]["Micros"];
            /** @description Null: nobody was recognized. */
            user: string | null;
            /** Format: uint32 */
            user_id: number | null;
        };
        /** @description What an account has of an asset. */
        BalanceBody: {
            asset: string;
            free: components["schemas"]["Decimal"];
            /** @description What open orders may cost at worst. */
            reserved: components["schemas"]["Decimal"];
            total: components["schemas"]["Decimal"];
        };
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
        CancelAfterFields: {
            account?: string | null;
            /**
             * Format: uint64
             * @description From now, up to a day; 0 takes the timer back.
             */
            timeout_ms: number;
        };
        /** @description How many orders were cancelled. */
        CancelledBody: {
            /** Format: uint32 */
            cancelled: number;
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
        /** @description What is to be changed; what is left out stays. */
        ConfigBody: {
            /** @description Whether people may make users for themselves. */
            "auth.signup"?: boolean;
            /** @description Whether Binance's clients are served. */
            "face.binance.enabled"?: components["schemas"]["OnOff"];
            /** Format: uint32 */
            "limits.account_requests_burst"?: number;
            /** Format: uint32 */
            "limits.account_requests_per_second"?: number;
            /** Format: uint32 */
            "limits.requests_burst"?: number;
            /** Format: uint32 */
            "limits.requests_per_second"?: number;
            "log.filter"?: string;
            /** @description Whether the sandbox takes new orders and changes of open ones. */
            "sandbox.takes_orders"?: boolean;
            /** @description Whether `/api/v1/ws/echo` is served. */
            "session.echo"?: boolean;
        };
        /**
         * Format: int64
         * @description A number that only grows; below 2^53.
         */
        Count: number;
        /** @description A decimal as text, at the market's fixed scale. Not for binary floating point. */
        Decimal: string;
        /** @description A decimal: a string such as "0.1", or a number, which is read exactly as it is written. */
        DecimalInput: string | number;
        /** @description A delay in microseconds, at most a minute. */
        DelayBody: {
            /** @constant */
            kind: "none";
        } | {
            /** @constant */
            kind: "constant";
            /** Format: uint64 */
            us: number;
        } | {
            /** @constant */
            kind: "uniform";
            /** Format: uint64 */
            max_us: number;
            /** Format: uint64 */
            min_us: number;
        } | {
            /** @constant */
            kind: "long_tail";
            /** Format: uint64 */
            mean_us: number;
            /** Format: uint64 */
            min_us: number;
        };
        DepositFields: {
            amount: components["schemas"]["DecimalInput"];
            asset: string;
        };
        /** @description Something was done that has no answer of its own. */
        Done: {
            done: boolean;
        };
        /** @description The configuration as it was read, with secrets starred. */
        Effective: {
            /** @description Keys that `PATCH` takes; until the server ends. */
            changeable: string[];
            /** @description By section and key, as in config/default.toml. */
            config: {
                [key: string]: unknown;
            };
        };
        /**
         * @description Why an order ended otherwise than filled.
         * @enum {string}
         */
        EndReasonName: "user_request" | "cancel_all" | "kill_switch" | "cancel_after" | "account_reset" | "ioc_remainder" | "fok_unfilled" | "no_liquidity" | "quote_remainder" | "expires_at" | "self_trade" | "would_cross" | "would_trigger" | "market_not_live" | "delisted" | "list_sibling" | "list_entry_unfilled" | "insufficient_balance" | "out_of_range" | "price_band";
        /** @description A line of the ledger. The lines of an event sum to zero for each asset, those of the ledger's own included. */
        EntryBody: {
            amount: components["schemas"]["Decimal"];
            asset: string;
            /** @description What kind of event it was. */
            kind: string;
            /** Format: uint32 */
            line: number;
            /** @description free or reserved */
            owner: string;
            seq: components["schemas"]["Count"];
            ts: components["schemas"]["Micros"];
        };
        /**
         * @description Which of the errors it is. More may be added.
         * @enum {string}
         */
        ErrorCodeName: "bad_json" | "bad_msgpack" | "bad_request" | "unknown_op" | "unknown_channel" | "unknown_market" | "bad_depth" | "bad_interval" | "bad_limit" | "bad_time" | "bad_cursor" | "idempotency_key_reused" | "in_progress" | "not_subscribed" | "already_subscribed" | "too_many_subscriptions" | "too_many_markets" | "message_too_large" | "message_too_slow" | "binary_not_supported" | "rate_limited" | "too_many_connections" | "origin_not_allowed" | "unauthenticated" | "token_expired" | "forbidden" | "name_taken" | "not_found" | "method_not_allowed" | "not_acceptable" | "history_not_kept" | "not_a_replay" | "not_simulated" | "market_not_ready" | "store_unavailable" | "unknown_account" | "unknown_asset" | "unknown_order" | "account_closed" | "already_exists" | "reserved_balance" | "too_many_accounts" | "too_many_assets" | "scale_mismatch" | "fee_out_of_range" | "market_connecting" | "market_stale" | "market_halted" | "market_delisted" | "duplicate_client_order_id" | "bad_client_order_id" | "order_final" | "change_pending" | "precision" | "out_of_range" | "tick_size" | "lot_size" | "min_notional" | "price_band" | "missing_price" | "unexpected_price" | "missing_stop_price" | "unexpected_stop_price" | "missing_trailing_bps" | "unexpected_trailing_bps" | "missing_qty" | "bad_fields" | "bad_time_in_force" | "bad_expiry" | "bad_post_only" | "bad_display_qty" | "bad_list" | "bad_timer" | "would_cross" | "would_trigger" | "below_filled" | "nothing_to_amend" | "not_amendable" | "insufficient_balance" | "kill_switch" | "kill_switch_global" | "max_order_qty" | "max_order_notional" | "max_open_orders" | "max_position" | "max_daily_loss" | "price_collar" | "no_mark_price" | "order_rate" | "too_many_orders" | "busy" | "timed_out" | "shutting_down" | "internal";
        /** @enum {string} */
        ErrorTag: "error";
        /** @description What made a fill possible. */
        EvidenceBody: (components["schemas"]["LevelBody"] & {
            /** @constant */
            kind: "level";
        }) | {
            /** @description The market's `seq` of the book then. */
            book_seq: components["schemas"]["Count"];
            /** @constant */
            kind: "order";
            order_id: components["schemas"]["Count"];
            ts_venue: components["schemas"]["Micros"];
        } | {
            book_seq: components["schemas"]["Count"];
            /** @constant */
            kind: "print";
            price: components["schemas"]["Decimal"];
            qty: components["schemas"]["Decimal"];
            queue_after: components["schemas"]["Decimal"] | null;
            /**
             * @description The venue's quantity in front of the order before the print and after it; null while that was not known, and
             *     the print went through its price.
             */
            queue_before: components["schemas"]["Decimal"] | null;
            /** @description What of the print went to sandbox orders before this one. */
            shared_before: components["schemas"]["Decimal"];
            /** @description Who took. */
            side: components["schemas"]["SideName"];
            trade_id: string;
            ts_venue: components["schemas"]["Micros"];
        } | (components["schemas"]["LevelBody"] & {
            /** @constant */
            kind: "crossed";
        });
        Exchange: {
            /** @description Whether this server has markets of it right now. */
            enabled: boolean;
            markets: components["schemas"]["MarketName"][];
            /** @description Names of its recordings. */
            recordings: string[];
            source: components["schemas"]["SourceName"] | null;
            venue: string;
        };
        /** @description All that is known of how an order came to be where it is. */
        ExplainBody: {
            /** @description Oldest first; null while the store is away. */
            amendments: components["schemas"]["AmendmentBody"][] | null;
            /** @description Oldest first, each with what made it possible. */
            fills: components["schemas"]["ExplainedFill"][];
            /** @description The same in a sentence. */
            message: string;
            order: components["schemas"]["OrderBody"];
            /** @description Matches that self-trade prevention kept from happening, oldest first; null while the store is away. */
            prevented: components["schemas"]["PreventedMatchBody"][] | null;
            /** @description While it stands in the book. */
            queue: components["schemas"]["QueueBody"] | null;
            /** @description Of an order that waits for a price: that price as it is now. */
            trigger_price: components["schemas"]["Decimal"] | null;
            /** @description Why nothing can fill at the moment: the code that a new order would be refused with. */
            waits_for_market: components["schemas"]["ErrorCodeName"] | null;
        };
        /** @description An execution of one order. */
        ExplainedFill: {
            account: string;
            evidence: components["schemas"]["EvidenceBody"];
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
        /**
         * @description What a fee is paid in: what the fill brings, or always quote.
         * @enum {string}
         */
        FeeInName: "received" | "quote";
        FeesBody: {
            fee_in: components["schemas"]["FeeInName"];
            /** @description A share of what is traded: `0.001` is 0.1 %. */
            maker: components["schemas"]["Decimal"];
            taker: components["schemas"]["Decimal"];
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
            actors: components["schemas"]["ActorsHealth"];
            bus: components["schemas"]["BusHealth"];
            feeds: components["schemas"]["FeedHealth"][];
            markets: components["schemas"]["MarketHealth"][];
            ready: boolean;
            /** @description Null where there is none. */
            sandbox: components["schemas"]["SandboxHealth"] | null;
            /**
             * @description `ok` when every market is live, the store has all rows, the sandbox takes orders and no actor is dead, else `degraded`.
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
            /** @description Counts since the start; `*_open` ones go up and down, and some of `sandbox_*`. */
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
        KeyBody: {
            /** @description The only account that the key may use; any without it. */
            account?: string;
            /** @description Never without it. */
            expires_at?: components["schemas"]["Micros"];
            kind: components["schemas"]["KeyKind"];
            label: string;
            /** @description Of `ed25519` and `rsa-sha256`: the public key in PEM, or its base64 alone; of `ed25519` also its 32 bytes in base64. */
            public_key?: string;
            /** @description No more than the caller has. */
            scopes: components["schemas"]["ScopeName"][];
        };
        KeyInfo: {
            account: string | null;
            created_at: components["schemas"]["Micros"];
            expires_at: components["schemas"]["Micros"] | null;
            key_id: string;
            kind: components["schemas"]["KeyKind"];
            label: string;
            revoked_at: components["schemas"]["Micros"] | null;
            scopes: components["schemas"]["ScopeName"][];
            /** @description Of a new `hmac-sha256`: what requests are signed with. It is not shown again. */
            secret?: string;
        };
        /** @enum {string} */
        KeyKind: "hmac-sha256" | "ed25519" | "rsa-sha256";
        KillFields: {
            account?: string | null;
            /** @description Every account of everybody: administrators only. */
            global?: boolean;
            /**
             * @description `false` takes it back.
             * @default true
             */
            on?: boolean;
        };
        /** @description How far an account is from the market. Delays are drawn from the seed. */
        LatencyBody: {
            /**
             * @default {
             *       "kind": "none"
             *     }
             */
            cancel: components["schemas"]["DelayBody"];
            /**
             * @description New and amended orders on their way to the market.
             * @default {
             *       "kind": "none"
             *     }
             */
            entry: components["schemas"]["DelayBody"];
            /**
             * @description What comes back.
             * @default {
             *       "kind": "none"
             *     }
             */
            reply: components["schemas"]["DelayBody"];
            /**
             * Format: uint64
             * @default 0
             */
            seed: number;
        };
        /** @description A level that the venue displayed. */
        LevelBody: {
            /** @description The market's `seq` of the book then. */
            book_seq: components["schemas"]["Count"];
            /** @description What sandbox orders had taken of it before. */
            consumed_before: components["schemas"]["Decimal"];
            displayed: components["schemas"]["Decimal"];
            price: components["schemas"]["Decimal"];
            ts_venue: components["schemas"]["Micros"];
        };
        /** @description Price and quantity. */
        LevelPair: [
            components["schemas"]["Decimal"],
            components["schemas"]["Decimal"]
        ];
        Limits: {
            /** @description Requests of one address; of IPv6, of a network of 64 bits. */
            address: components["schemas"]["Rate"];
            /**
             * Format: uint
             * @description Bytes of a request's body.
             */
            body_bytes: number;
            /**
             * Format: uint64
             * @description Milliseconds from its head to its last byte.
             */
            body_ms: number;
            /** @description Whether addresses of the server's own machine are held to theirs. */
            counts_loopback: boolean;
            /**
             * Format: uint64
             * @description Milliseconds from the first byte of a request's head to its last.
             */
            head_ms: number;
            /**
             * Format: uint32
             * @description Tries to log in with one name from one address; 0: any number.
             */
            logins_per_minute: number;
            session: components["schemas"]["SessionLimitsInfo"];
            /**
             * Format: uint64
             * @description How long a signed request is good after its timestamp, in milliseconds.
             */
            signature_window_ms: number;
            /** @description Requests of one user. */
            user: components["schemas"]["Rate"];
        };
        /** @description Nothing is limited that is null or not named. `PUT /risk/limits` replaces all of them. */
        LimitsBody: {
            /** @default [] */
            assets: components["schemas"]["AssetLimitsBody"][];
            /** @default [] */
            markets: components["schemas"]["MarketLimitsBody"][];
            /**
             * Format: uint32
             * @default null
             */
            max_open_orders: number | null;
            /** @default null */
            order_rate: components["schemas"]["OrderRateBody"] | null;
            /**
             * Format: uint32
             * @description How far a price may be from the mark price, in hundredths of a percent of it.
             * @default null
             */
            price_collar_bps: number | null;
        };
        /**
         * @description Whether an order rested when it was filled, or took.
         * @enum {string}
         */
        LiquidityName: "maker" | "taker";
        /** @description Orders that depend on each other. */
        ListFields: {
            account?: string | null;
            /** @description The caller's own name for it: 1 to 64 of `A-Z a-z 0-9 . _ : / -`, no other open list of the account may have it. */
            client_list_id?: string | null;
            kind: components["schemas"]["ListKindName"];
            /** @description Two, or three of a bracket; the entry first where there is one. */
            orders: components["schemas"]["OrderFields"][];
        };
        /**
         * @description Kind of an order list.
         * @enum {string}
         */
        ListKindName: "oco" | "oto" | "bracket";
        /** @description A list that is whole: there is no next page. */
        ListOf_AccountBody: {
            items: components["schemas"]["AccountBody"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_ActorInfo: {
            items: components["schemas"]["ActorInfo"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_BalanceBody: {
            items: components["schemas"]["BalanceBody"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_Exchange: {
            items: components["schemas"]["Exchange"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_KeyInfo: {
            items: components["schemas"]["KeyInfo"][];
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
        ListOf_PositionBody: {
            items: components["schemas"]["PositionBody"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_ReplayInfo: {
            items: components["schemas"]["ReplayInfo"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_SessionInfo: {
            items: components["schemas"]["SessionInfo"][];
            next_cursor: string | null;
        };
        /** @description A list that is whole: there is no next page. */
        ListOf_Symbol: {
            items: components["schemas"]["Symbol"][];
            next_cursor: string | null;
        };
        /** @description Who somebody is, and the tokens that show it. */
        Login: {
            /** @description For the header `authorization`, behind `Bearer`. */
            access_token: string;
            expires_at: components["schemas"]["Micros"];
            refresh_expires_at: components["schemas"]["Micros"];
            /** @description Good once: for the next pair. */
            refresh_token: string;
            role: components["schemas"]["RoleName"];
            scopes: components["schemas"]["ScopeName"][];
            user: string;
        };
        LogoutBody: {
            /** @description Without it the login of the access token ends. */
            refresh_token?: string;
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
        MarketLimitsBody: {
            market: string;
            /** @default null */
            max_order_qty: components["schemas"]["DecimalInput"] | null;
            /**
             * @description Long or short, all open orders of the side filled.
             * @default null
             */
            max_position: components["schemas"]["DecimalInput"] | null;
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
        NameAndPassword: {
            name: string;
            password: string;
        };
        /** @enum {string} */
        OnOff: "on" | "off";
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
        /** @description A new order. Fields that do not go together are refused, never ignored. */
        OrderFields: {
            /** @description The default account without it. */
            account?: string | null;
            /** @description The caller's own name for the order: 1 to 64 of `A-Z a-z 0-9 . _ : / -`. */
            client_order_id?: string | null;
            /** @description How much of it stands in the queue at a time. */
            display_qty?: components["schemas"]["DecimalInput"] | null;
            /** @description For `gtd` and nothing else. */
            expires_at?: components["schemas"]["Micros"];
            market: components["schemas"]["MarketName"];
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
        /** @description Orders that depend on each other: the entry first, where there is one. */
        OrderListBody: {
            account: string;
            /** @description The caller's own name for it. */
            client_list_id: string | null;
            kind: components["schemas"]["ListKindName"];
            list_id: components["schemas"]["Count"];
            orders: components["schemas"]["OrderBody"][];
        };
        /** @description At most so many orders in each window of the clock. */
        OrderRateBody: {
            /** Format: uint32 */
            orders: number;
            /** Format: uint32 */
            window_ms: number;
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
        /** @description A list of which there may be more. */
        PageOf_AuditItem: {
            items: components["schemas"]["AuditItem"][];
            /** @description What `cursor` takes to go on; null when there is nothing more. */
            next_cursor: string | null;
        };
        /** @description A list of which there may be more. */
        PageOf_EntryBody: {
            items: components["schemas"]["EntryBody"][];
            /** @description What `cursor` takes to go on; null when there is nothing more. */
            next_cursor: string | null;
        };
        /** @description A list of which there may be more. */
        PageOf_FillBody: {
            items: components["schemas"]["FillBody"][];
            /** @description What `cursor` takes to go on; null when there is nothing more. */
            next_cursor: string | null;
        };
        /** @description A list of which there may be more. */
        PageOf_OrderBody: {
            items: components["schemas"]["OrderBody"][];
            /** @description What `cursor` takes to go on; null when there is nothing more. */
            next_cursor: string | null;
        };
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
        /** @description A list of which there may be more. */
        PageOf_UserInfo: {
            items: components["schemas"]["UserInfo"][];
            /** @description What `cursor` takes to go on; null when there is nothing more. */
            next_cursor: string | null;
        };
        PasswordBody: {
            new_password: string;
            old_password: string;
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
        /** @description A match that self-trade prevention kept from happening. */
        PreventedMatchBody: {
            maker_order_id: components["schemas"]["Count"];
            maker_qty: components["schemas"]["Decimal"];
            match_id: components["schemas"]["Count"];
            price: components["schemas"]["Decimal"];
            /** @description What would have traded. */
            qty: components["schemas"]["Decimal"];
            /** @description The taker's rule, which counts. */
            self_trade_prevention: components["schemas"]["SelfTradePreventionName"];
            taker_order_id: components["schemas"]["Count"];
            /** @description What the taker lost by it; zero when it went on as it was. */
            taker_qty: components["schemas"]["Decimal"];
            ts: components["schemas"]["Micros"];
        };
        /** @description The caller, as the server sees it. */
        Profile: {
            /** @description The only account that this key may use. */
            account: string | null;
            expires_at: components["schemas"]["Micros"] | null;
            /** @description How the caller was recognized. */
            proof: components["schemas"]["ProofName"];
            role: components["schemas"]["RoleName"];
            scopes: components["schemas"]["ScopeName"][];
            user: string;
            /** Format: uint32 */
            user_id: number;
        };
        ProofName: ("login" | "api_key") | "open";
        /** @description Where an order stands. */
        QueueBody: {
            /** @description What the venue displays at its price now. */
            displayed: components["schemas"]["Decimal"];
            price: components["schemas"]["Decimal"];
            /** @description The venue's quantity in front of it; null when its price is out of view. */
            queue_ahead: components["schemas"]["Decimal"] | null;
            /** @description Sandbox orders in front of it at its price. */
            sandbox_ahead: components["schemas"]["Decimal"];
            /** @description Of it in the queue; the rest is hidden. */
            shown: components["schemas"]["Decimal"];
            /** @description Printed at its price or through it since it stands there. */
            traded_since: components["schemas"]["Decimal"];
        };
        /** @description Requests a second, and how many may come at once. */
        Rate: {
            /** Format: uint32 */
            burst: number;
            /**
             * Format: uint32
             * @description 0: any number.
             */
            per_second: number;
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
        RefreshBody: {
            refresh_token: string;
        };
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
        /** @description Nothing is needed to reset an account. */
        ResetFields: Record<string, never>;
        /** @description The sandbox as its journal says it was. */
        RestoredHealth: {
            /** @description Number of the last event then. */
            seq: components["schemas"]["Count"];
            /** @description SHA-256 of accounts, money, open orders and positions. Whoever reads the same events has the same. */
            state_sha256: string;
        };
        /** @description What an account may do, and what is switched. */
        RiskBody: {
            account: string;
            /** @description When all open orders are cancelled, unless that is taken back before. */
            cancel_after: components["schemas"]["Micros"] | null;
            kill_switch: boolean;
            kill_switch_global: boolean;
            limits: components["schemas"]["LimitsBody"];
            /** Format: uint32 */
            open_orders: number;
        };
        /**
         * @description What a user is to the server.
         * @enum {string}
         */
        RoleName: "viewer" | "trader" | "admin";
        /** @description The sandbox exchange. */
        SandboxHealth: {
            actor_alive: boolean;
            /** @description Events that wait for the store. */
            backlog: components["schemas"]["Count"];
            /** @description Markets in which somebody has orders. */
            markets_followed: components["schemas"]["Count"];
            open_orders: components["schemas"]["Count"];
            /** @description What the last start found; null until it has. */
            restored: components["schemas"]["RestoredHealth"] | null;
            /** @description Number of the last event. */
            seq: components["schemas"]["Count"];
            /**
             * @description `lost`: another process runs it; `damaged`: its journal cannot be read.
             * @enum {string}
             */
            state: "restoring" | "ready" | "store_away" | "lost" | "damaged";
        };
        ScenarioBody: {
            /** @description All markets without it. */
            market?: string | null;
            scenario: components["schemas"]["ScenarioName"];
        };
        /** @enum {string} */
        ScenarioName: "calm" | "busy" | "crash" | "halt" | "gap" | "stale";
        /**
         * @description What a caller may do.
         * @enum {string}
         */
        ScopeName: "read" | "trade" | "admin";
        /** @description What `seek` takes. */
        SeekBody: {
            /**
             * Format: int64
             * @description Since the beginning of the recording.
             */
            position_ms: number;
        };
        /**
         * @description What happens when an order would take from one of the same account.
         * @enum {string}
         */
        SelfTradePreventionName: "none" | "expire_taker" | "expire_maker" | "expire_both" | "decrement";
        /** @description A WebSocket session. */
        SessionInfo: {
            address: string | null;
            /** @description For how long its socket has taken nothing of what waits; null while it does. */
            blocked_ms: components["schemas"]["Count"] | null;
            compressed: boolean;
            /**
             * @description What it speaks.
             * @enum {string}
             */
            form: "json" | "msgpack" | "binance";
            /** @description Frames that it has not been sent. */
            lag_frames: components["schemas"]["Count"];
            /** @description Age of the oldest of them. */
            lag_ms: components["schemas"]["Count"];
            opened_at: components["schemas"]["Micros"];
            session: components["schemas"]["Count"];
            /**
             * Format: uint
             * @description Of them, those that wait for a snapshot.
             */
            snapshots_due: number;
            /**
             * Format: uint
             * @description Streams of markets that it reads.
             */
            subscriptions: number;
            /** @description Null: nobody who is known. */
            user: string | null;
        };
        /** @description Limits of one WebSocket session. */
        SessionLimitsInfo: {
            /**
             * Format: uint32
             * @description Sessions of one address; null: any number.
             */
            connections_per_ip: number | null;
            /**
             * Format: uint64
             * @description Milliseconds to the first request; null: any time.
             */
            first_message_ms: number | null;
            /**
             * Format: uint
             * @description Pieces that a message may come in.
             */
            fragments: number;
            /** Format: uint */
            markets_per_request: number;
            /** Format: uint */
            message_bytes: number;
            /**
             * Format: uint64
             * @description Milliseconds from a message's first byte to its last.
             */
            message_ms: number;
            /** Format: uint32 */
            messages_per_second: number;
            /** Format: uint32 */
            pings_per_second: number;
            /** Format: uint32 */
            refusals_per_minute: number;
            /** Format: uint */
            subscriptions: number;
        };
        /** @description What can be set of an account; what is left out stays as it is. */
        SettingsFields: {
            fee_in?: components["schemas"]["FeeInName"];
            latency?: components["schemas"]["LatencyBody"] | null;
            /** @description A share of what is traded: `0.001` is 0.1 %. Below zero it is a rebate. */
            maker_fee?: string | null;
            taker_fee?: string | null;
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
        Success_AccountBody: {
            data: components["schemas"]["AccountBody"];
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
        Success_BalanceBody: {
            data: components["schemas"]["BalanceBody"];
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
        Success_CancelledBody: {
            data: components["schemas"]["CancelledBody"];
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
        Success_Done: {
            data: components["schemas"]["Done"];
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
        Success_Effective: {
            data: components["schemas"]["Effective"];
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
        Success_ExplainBody: {
            data: components["schemas"]["ExplainBody"];
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
        Success_KeyInfo: {
            data: components["schemas"]["KeyInfo"];
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
        Success_Limits: {
            data: components["schemas"]["Limits"];
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
        Success_ListOf_AccountBody: {
            data: components["schemas"]["ListOf_AccountBody"];
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
        Success_ListOf_ActorInfo: {
            data: components["schemas"]["ListOf_ActorInfo"];
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
        Success_ListOf_BalanceBody: {
            data: components["schemas"]["ListOf_BalanceBody"];
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
        Success_ListOf_KeyInfo: {
            data: components["schemas"]["ListOf_KeyInfo"];
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
        Success_ListOf_PositionBody: {
            data: components["schemas"]["ListOf_PositionBody"];
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
        Success_ListOf_SessionInfo: {
            data: components["schemas"]["ListOf_SessionInfo"];
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
        Success_Login: {
            data: components["schemas"]["Login"];
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
        Success_OrderBody: {
            data: components["schemas"]["OrderBody"];
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
        Success_OrderListBody: {
            data: components["schemas"]["OrderListBody"];
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
        Success_PageOf_AuditItem: {
            data: components["schemas"]["PageOf_AuditItem"];
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
        Success_PageOf_EntryBody: {
            data: components["schemas"]["PageOf_EntryBody"];
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
        Success_PageOf_FillBody: {
            data: components["schemas"]["PageOf_FillBody"];
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
        Success_PageOf_OrderBody: {
            data: components["schemas"]["PageOf_OrderBody"];
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
        Success_PageOf_UserInfo: {
            data: components["schemas"]["PageOf_UserInfo"];
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
        Success_Profile: {
            data: components["schemas"]["Profile"];
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
        Success_RiskBody: {
            data: components["schemas"]["RiskBody"];
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
        Success_Ticket: {
            data: components["schemas"]["Ticket"];
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
        /** @description The envelope of an answer. */
        Success_UserInfo: {
            data: components["schemas"]["UserInfo"];
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
        ThreadHealth: {
            /**
             * Format: double
             * @description How late it came to what was due, at worst in the last ten seconds.
             */
            lag_ms: number;
            thread: string;
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
        /** @description A ticket for one WebSocket session. */
        Ticket: {
            /**
             * Format: int64
             * @description Seconds.
             */
            expires_in: number;
            ticket: string;
        };
        /**
         * @description How long an order lives.
         * @enum {string}
         */
        TimeInForceName: "gtc" | "ioc" | "fok" | "gtd";
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
        /**
         * @description The price that wakes an order which waits for one.
         * @enum {string}
         */
        TriggerByName: "last" | "best" | "mark";
        /** @description What of a user changes; what is left out stays. */
        UserBody: {
            /** @description A disabled user does not log in, and its keys are not taken. */
            disabled?: boolean;
            role?: components["schemas"]["RoleName"];
        };
        UserInfo: {
            created_at: components["schemas"]["Micros"];
            disabled: boolean;
            role: components["schemas"]["RoleName"];
            updated_at: components["schemas"]["Micros"];
            user: string;
            /** Format: uint32 */
            user_id: number;
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
        /** @description seconds until it is worth another try, where the code is `retryable` */
        retryAfter: number;
        /** @description names this request in the server's log */
        trace: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listAccounts: {
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
                     *             "account": "dev",
                     *             "account_id": 0,
                     *             "fees": {
                     *               "fee_in": "received",
                     *               "maker": "0.001",
                     *               "taker": "0.001"
                     *             },
                     *             "is_default": true,
                     *             "kill_switch": false,
                     *             "latency": {
                     *               "cancel": {
                     *                 "kind": "none"
                     *               },
                     *               "entry": {
                     *                 "kind": "none"
                     *               },
                     *               "reply": {
                     *                 "kind": "none"
                     *               },
                     *               "seed": 0
                     *             },
                     *             "open_orders": 1,
                     *             "predecessor_id": null,
                     *             "successor_id": null,
                     *             "version": 1
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_AccountBody"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    openAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountFields"];
            };
        };
        responses: {
            /** @description the answer */
            201: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "account": "dev",
                     *         "account_id": 0,
                     *         "fees": {
                     *           "fee_in": "received",
                     *           "maker": "0.001",
                     *           "taker": "0.001"
                     *         },
                     *         "is_default": true,
                     *         "kill_switch": false,
                     *         "latency": {
                     *           "cancel": {
                     *             "kind": "none"
                     *           },
                     *           "entry": {
                     *             "kind": "none"
                     *           },
                     *           "reply": {
                     *             "kind": "none"
                     *           },
                     *           "seed": 0
                     *         },
                     *         "open_orders": 1,
                     *         "predecessor_id": null,
                     *         "successor_id": null,
                     *         "version": 1
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_AccountBody"];
                };
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range; `bad_json`: the message is not JSON */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request" | "bad_json";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `already_exists`: there is one of this name already */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "already_exists";
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
            /** @description `fee_out_of_range`: a fee rate is between -1 % and 10 %, both together not below zero; `precision`: a number has more decimals than its place; `out_of_range`: a number is zero, negative or too large */
            422: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "fee_out_of_range" | "precision" | "out_of_range";
                    };
                };
            };
            /** @description `rate_limited`: too many requests, come back later; `too_many_accounts`: there are as many accounts as there may be */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "too_many_accounts";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    getAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description name of an account, or number of one of its versions
                 * @example dev
                 */
                account: string;
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
                     *         "account": "dev",
                     *         "account_id": 0,
                     *         "fees": {
                     *           "fee_in": "received",
                     *           "maker": "0.001",
                     *           "taker": "0.001"
                     *         },
                     *         "is_default": true,
                     *         "kill_switch": false,
                     *         "latency": {
                     *           "cancel": {
                     *             "kind": "none"
                     *           },
                     *           "entry": {
                     *             "kind": "none"
                     *           },
                     *           "reply": {
                     *             "kind": "none"
                     *           },
                     *           "seed": 0
                     *         },
                     *         "open_orders": 1,
                     *         "predecessor_id": null,
                     *         "successor_id": null,
                     *         "version": 1
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_AccountBody"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    setAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description name of an account, or number of one of its versions
                 * @example dev
                 */
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsFields"];
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
                     *         "account": "dev",
                     *         "account_id": 0,
                     *         "fees": {
                     *           "fee_in": "received",
                     *           "maker": "0.001",
                     *           "taker": "0.001"
                     *         },
                     *         "is_default": true,
                     *         "kill_switch": false,
                     *         "latency": {
                     *           "cancel": {
                     *             "kind": "none"
                     *           },
                     *           "entry": {
                     *             "kind": "none"
                     *           },
                     *           "reply": {
                     *             "kind": "none"
                     *           },
                     *           "seed": 0
                     *         },
                     *         "open_orders": 1,
                     *         "predecessor_id": null,
                     *         "successor_id": null,
                     *         "version": 1
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_AccountBody"];
                };
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range; `bad_json`: the message is not JSON */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request" | "bad_json";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `account_closed`: this version of the account was reset */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "account_closed";
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
            /** @description `fee_out_of_range`: a fee rate is between -1 % and 10 %, both together not below zero; `precision`: a number has more decimals than its place; `out_of_range`: a number is zero, negative or too large */
            422: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "fee_out_of_range" | "precision" | "out_of_range";
                    };
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    deposit: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description name of an account, or number of one of its versions
                 * @example dev
                 */
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DepositFields"];
            };
        };
        responses: {
            /** @description the answer */
            201: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "asset": "USD",
                     *         "free": "99400.0175",
                     *         "reserved": "359.9892",
                     *         "total": "99760.0067"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_BalanceBody"];
                };
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range; `bad_json`: the message is not JSON */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request" | "bad_json";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_asset`: no such asset in the sandbox; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_asset" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `account_closed`: this version of the account was reset */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "account_closed";
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
            /** @description `precision`: a number has more decimals than its place; `out_of_range`: a number is zero, negative or too large */
            422: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "precision" | "out_of_range";
                    };
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    resetAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description name of an account, or number of one of its versions
                 * @example dev
                 */
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetFields"];
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
                     *         "account": "dev",
                     *         "account_id": 0,
                     *         "fees": {
                     *           "fee_in": "received",
                     *           "maker": "0.001",
                     *           "taker": "0.001"
                     *         },
                     *         "is_default": true,
                     *         "kill_switch": false,
                     *         "latency": {
                     *           "cancel": {
                     *             "kind": "none"
                     *           },
                     *           "entry": {
                     *             "kind": "none"
                     *           },
                     *           "reply": {
                     *             "kind": "none"
                     *           },
                     *           "seed": 0
                     *         },
                     *         "open_orders": 1,
                     *         "predecessor_id": null,
                     *         "successor_id": null,
                     *         "version": 1
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_AccountBody"];
                };
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range; `bad_json`: the message is not JSON */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request" | "bad_json";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `account_closed`: this version of the account was reset; `reserved_balance`: open orders hold a part of the balance */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "account_closed" | "reserved_balance";
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
            /** @description `rate_limited`: too many requests, come back later; `too_many_accounts`: there are as many accounts as there may be */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "too_many_accounts";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    listActors: {
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
                     *             "actor": "market sim:BTC-USD",
                     *             "alive": true,
                     *             "restarts": 0,
                     *             "since": 1795282016020000
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_ActorInfo"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    listKeys: {
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
                     *             "account": null,
                     *             "created_at": 1763722812016733,
                     *             "expires_at": null,
                     *             "key_id": "3f9a1c0b7d2e4f6a8b0c1d2e5a7b9c1d",
                     *             "kind": "hmac-sha256",
                     *             "label": "market maker",
                     *             "revoked_at": null,
                     *             "scopes": [
                     *               "read",
                     *               "trade"
                     *             ]
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_KeyInfo"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    makeKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyBody"];
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
                     *         "account": null,
                     *         "created_at": 1763722812016733,
                     *         "expires_at": null,
                     *         "key_id": "3f9a1c0b7d2e4f6a8b0c1d2e5a7b9c1d",
                     *         "kind": "hmac-sha256",
                     *         "label": "market maker",
                     *         "revoked_at": null,
                     *         "scopes": [
                     *           "read",
                     *           "trade"
                     *         ],
                     *         "secret": "x1m0…"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_KeyInfo"];
                };
            };
            /** @description `bad_json`: the message is not JSON; `bad_request`: a field is missing, of the wrong type or out of range; `bad_time`: a time is not an integer in microseconds, or start is after end */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_json" | "bad_request" | "bad_time";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description a key's id
                 * @example 3f9a1c0b7d2e4f6a8b0c1d2e5a7b9c1d
                 */
                key_id: string;
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
                     *         "done": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Done"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
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
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description only actions that begin so */
                action?: string;
                /** @description a `next_cursor` */
                cursor?: string;
                /** @description most items of an answer */
                limit?: number;
                /** @description only what this user did */
                user?: string;
            };
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
                     *             "action": "POST /api/v1/sim/scenario",
                     *             "address": "203.0.113.7",
                     *             "audit_id": "000644257cf1a01d3fa2b7c000000004",
                     *             "code": "forbidden",
                     *             "proof": "login:5b7c0c8d3f4e0a91c0ffee0123456789",
                     *             "status": 403,
                     *             "target": "/api/v1/sim/scenario",
                     *             "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                     *             "ts": 1763722812016733,
                     *             "user": "alice",
                     *             "user_id": 2
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_PageOf_AuditItem"];
                };
            };
            /** @description `bad_limit`: the limit is not a number within its range; `bad_cursor`: the cursor is not one that a list gave out */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_limit" | "bad_cursor";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
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
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NameAndPassword"];
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
                     *         "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOi…",
                     *         "expires_at": 1763723712000000,
                     *         "refresh_expires_at": 1766314812016733,
                     *         "refresh_token": "5b7c0c8d3f4e0a91c0ffee0123456789.0.Zk3…",
                     *         "role": "trader",
                     *         "scopes": [
                     *           "read",
                     *           "trade"
                     *         ],
                     *         "user": "alice"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Login"];
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
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
    logOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LogoutBody"];
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
                     *         "done": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Done"];
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
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
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordBody"];
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
                     *         "done": true
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Done"];
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    renewLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshBody"];
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
                     *         "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOi…",
                     *         "expires_at": 1763723712000000,
                     *         "refresh_expires_at": 1766314812016733,
                     *         "refresh_token": "5b7c0c8d3f4e0a91c0ffee0123456789.0.Zk3…",
                     *         "role": "trader",
                     *         "scopes": [
                     *           "read",
                     *           "trade"
                     *         ],
                     *         "user": "alice"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Login"];
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
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
    signUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NameAndPassword"];
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
                     *         "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOi…",
                     *         "expires_at": 1763723712000000,
                     *         "refresh_expires_at": 1766314812016733,
                     *         "refresh_token": "5b7c0c8d3f4e0a91c0ffee0123456789.0.Zk3…",
                     *         "role": "trader",
                     *         "scopes": [
                     *           "read",
                     *           "trade"
                     *         ],
                     *         "user": "alice"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Login"];
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `name_taken`: somebody has that name */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "name_taken";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
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
    makeTicket: {
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
                     *         "expires_in": 30,
                     *         "ticket": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOi…"
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Ticket"];
                };
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    listBalances: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
            };
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
                     *             "asset": "USD",
                     *             "free": "99400.0175",
                     *             "reserved": "359.9892",
                     *             "total": "99760.0067"
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_BalanceBody"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    getConfig: {
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
                     *         "changeable": [
                     *           "log.filter",
                     *           "limits.requests_per_second"
                     *         ],
                     *         "config": {
                     *           "limits": {
                     *             "requests_per_second": 20
                     *           },
                     *           "store": {
                     *             "url": "postgres://marketd:***@db/marketd"
                     *           }
                     *         }
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Effective"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    changeConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigBody"];
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
                     *         "changeable": [
                     *           "log.filter",
                     *           "limits.requests_per_second"
                     *         ],
                     *         "config": {
                     *           "limits": {
                     *             "requests_per_second": 20
                     *           },
                     *           "store": {
                     *             "url": "postgres://marketd:***@db/marketd"
                     *           }
                     *         }
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Effective"];
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_Exchange"];
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
        };
    };
    listFills: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
                /** @description a `next_cursor` */
                cursor?: number;
                /** @description microseconds UTC: only those before it */
                end?: number;
                /** @description most items of an answer */
                limit?: number;
                /** @description only of this market */
                market?: string;
                /** @description only of this order */
                order_id?: number;
                /** @description microseconds UTC: only those at or after it */
                start?: number;
            };
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
                     *             "account": "dev",
                     *             "fee": "0.000004",
                     *             "fee_asset": "BTC",
                     *             "fill_id": 9,
                     *             "liquidity": "maker",
                     *             "market": "sim:BTC-USD",
                     *             "order_id": 17,
                     *             "price": "59998.20",
                     *             "qty": "0.00400",
                     *             "side": "buy",
                     *             "ts": 1763722815340021
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_PageOf_FillBody"];
                };
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    listEntries: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
                /** @description a `next_cursor` */
                cursor?: number;
                /** @description microseconds UTC: only those before it */
                end?: number;
                /** @description most items of an answer */
                limit?: number;
                /** @description microseconds UTC: only those at or after it */
                start?: number;
            };
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
                     *             "amount": "-599.9825",
                     *             "asset": "USD",
                     *             "kind": "order_filled",
                     *             "line": 0,
                     *             "owner": "reserved",
                     *             "seq": 15,
                     *             "ts": 1763722812016733
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_PageOf_EntryBody"];
                };
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    getLimits: {
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
                     *         "address": {
                     *           "burst": 100,
                     *           "per_second": 20
                     *         },
                     *         "body_bytes": 65536,
                     *         "body_ms": 10000,
                     *         "counts_loopback": false,
                     *         "head_ms": 5000,
                     *         "logins_per_minute": 5,
                     *         "session": {
                     *           "connections_per_ip": 1000,
                     *           "first_message_ms": 30000,
                     *           "fragments": 1024,
                     *           "markets_per_request": 100,
                     *           "message_bytes": 65536,
                     *           "message_ms": 10000,
                     *           "messages_per_second": 50,
                     *           "pings_per_second": 10,
                     *           "refusals_per_minute": 20,
                     *           "subscriptions": 256
                     *         },
                     *         "signature_window_ms": 5000,
                     *         "user": {
                     *           "burst": 200,
                     *           "per_second": 50
                     *         }
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Limits"];
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_MarketInfo"];
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `market_not_ready`: the market has no book yet; `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `store_unavailable`: what was asked for is in the store, which is away; `busy`: a queue on the way is full */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
    getProfile: {
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
                     *         "account": null,
                     *         "expires_at": 1763723712000000,
                     *         "proof": "login",
                     *         "role": "trader",
                     *         "scopes": [
                     *           "read",
                     *           "trade"
                     *         ],
                     *         "user": "alice",
                     *         "user_id": 2
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Profile"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    listOrders: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
                /** @description a `next_cursor` */
                cursor?: number;
                /** @description most items of an answer */
                limit?: number;
                /** @description only of this market */
                market?: string;
                /** @description names separated by commas; `open` is all that are not over, `closed` all that are */
                status?: string;
            };
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
                     *             "account": "dev",
                     *             "avg_price": "59998.20",
                     *             "change_pending": false,
                     *             "client_order_id": "mine-1",
                     *             "created_at": 1763722812016733,
                     *             "display_qty": null,
                     *             "expires_at": null,
                     *             "fee": "0.000004",
                     *             "fee_asset": "BTC",
                     *             "filled_qty": "0.00400",
                     *             "filled_quote": "239.9928",
                     *             "list_id": null,
                     *             "market": "sim:BTC-USD",
                     *             "order_id": 17,
                     *             "post_only": false,
                     *             "prevented_qty": "0.00000",
                     *             "price": "59998.20",
                     *             "qty": "0.01000",
                     *             "queue_ahead": "0.00000",
                     *             "quote_qty": null,
                     *             "reason": null,
                     *             "reserved": "359.9892",
                     *             "reserved_asset": "USD",
                     *             "self_trade_prevention": "expire_taker",
                     *             "side": "buy",
                     *             "status": "partially_filled",
                     *             "stop_price": null,
                     *             "time_in_force": "gtc",
                     *             "trailing_bps": null,
                     *             "trigger_by": "last",
                     *             "type": "limit",
                     *             "updated_at": 1763722815340021
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_PageOf_OrderBody"];
                };
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    placeOrder: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrderFields"];
            };
        };
        responses: {
            /** @description the answer */
            201: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "account": "dev",
                     *         "avg_price": "59998.20",
                     *         "change_pending": false,
                     *         "client_order_id": "mine-1",
                     *         "created_at": 1763722812016733,
                     *         "display_qty": null,
                     *         "expires_at": null,
                     *         "fee": "0.000004",
                     *         "fee_asset": "BTC",
                     *         "filled_qty": "0.00400",
                     *         "filled_quote": "239.9928",
                     *         "list_id": null,
                     *         "market": "sim:BTC-USD",
                     *         "order_id": 17,
                     *         "post_only": false,
                     *         "prevented_qty": "0.00000",
                     *         "price": "59998.20",
                     *         "qty": "0.01000",
                     *         "queue_ahead": "0.00000",
                     *         "quote_qty": null,
                     *         "reason": null,
                     *         "reserved": "359.9892",
                     *         "reserved_asset": "USD",
                     *         "self_trade_prevention": "expire_taker",
                     *         "side": "buy",
                     *         "status": "partially_filled",
                     *         "stop_price": null,
                     *         "time_in_force": "gtc",
                     *         "trailing_bps": null,
                     *         "trigger_by": "last",
                     *         "type": "limit",
                     *         "updated_at": 1763722815340021
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_OrderBody"];
                };
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range; `bad_json`: the message is not JSON */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request" | "bad_json";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `kill_switch`: the account's kill switch is on; `kill_switch_global`: the sandbox's kill switch is on; `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "kill_switch" | "kill_switch_global" | "forbidden";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `account_closed`: this version of the account was reset; `market_connecting`: the market has no book yet, so no order is taken; `market_stale`: the market's book is behind; orders wait until it is live again; `market_halted`: the venue does not trade this market; `market_delisted`: the venue no longer lists this market; `duplicate_client_order_id`: the account has used this `client_order_id` for another order */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "account_closed" | "market_connecting" | "market_stale" | "market_halted" | "market_delisted" | "duplicate_client_order_id";
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
            /** @description `bad_client_order_id`: a `client_order_id` is 1 to 64 of `A-Z a-z 0-9 . _ : / -`; `precision`: a number has more decimals than its place; `out_of_range`: a number is zero, negative or too large; `tick_size`: the price is not a multiple of the tick size; `lot_size`: the quantity is not a multiple of the lot size; `min_notional`: price times quantity is below the market's minimum; `price_band`: the price is too far from the market; `missing_price`: this type of order needs a price; `unexpected_price`: this type of order takes no price; `missing_stop_price`: this type of order needs a stop price; `unexpected_stop_price`: this type of order takes no stop price; `missing_trailing_bps`: a trailing stop needs `trailing_bps` between 1 and 5,000; `unexpected_trailing_bps`: only a trailing stop takes `trailing_bps`; `missing_qty`: an order needs either `qty` or, if it is a market order, `quote_qty`; `bad_fields`: fields of the order do not go together; `bad_time_in_force`: this type of order does not take this time in force; `bad_expiry`: `gtd` needs `expires_at` in the future, and nothing else takes it; `bad_post_only`: `post_only` is for limit orders that may rest; `bad_display_qty`: `display_qty` is for orders that may rest, above zero and not above `qty`; `would_cross`: the post-only order would take; `would_trigger`: the stop price has been reached already; `insufficient_balance`: the free balance does not cover the order with its fees; `max_order_qty`: the quantity is above the account's limit; `max_order_notional`: the notional is above the account's limit; `max_open_orders`: the account has as many open orders as it may; `max_position`: with its open orders filled, the position would be above the account's limit; `max_daily_loss`: the account has lost as much today as it may; `price_collar`: the price is too far from the mark price; `no_mark_price`: the order cannot be checked while there is no mark price; `scale_mismatch`: the market's decimals do not fit the units of its assets */
            422: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_client_order_id" | "precision" | "out_of_range" | "tick_size" | "lot_size" | "min_notional" | "price_band" | "missing_price" | "unexpected_price" | "missing_stop_price" | "unexpected_stop_price" | "missing_trailing_bps" | "unexpected_trailing_bps" | "missing_qty" | "bad_fields" | "bad_time_in_force" | "bad_expiry" | "bad_post_only" | "bad_display_qty" | "would_cross" | "would_trigger" | "insufficient_balance" | "max_order_qty" | "max_order_notional" | "max_open_orders" | "max_position" | "max_daily_loss" | "price_collar" | "no_mark_price" | "scale_mismatch";
                    };
                };
            };
            /** @description `rate_limited`: too many requests, come back later; `order_rate`: the account places orders faster than it may; `too_many_orders`: the sandbox holds as many orders as it may */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "order_rate" | "too_many_orders";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    cancelAll: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
                /** @description only of this market */
                market?: string;
            };
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
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
                     *         "cancelled": 2
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CancelledBody"];
                };
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `account_closed`: this version of the account was reset */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "account_closed";
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
            /** @description `scale_mismatch`: the market's decimals do not fit the units of its assets */
            422: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "scale_mismatch";
                    };
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    getOrder: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
            };
            header?: never;
            path: {
                /**
                 * @description an order's number
                 * @example 17
                 */
                order_id: number;
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
                     *         "account": "dev",
                     *         "avg_price": "59998.20",
                     *         "change_pending": false,
                     *         "client_order_id": "mine-1",
                     *         "created_at": 1763722812016733,
                     *         "display_qty": null,
                     *         "expires_at": null,
                     *         "fee": "0.000004",
                     *         "fee_asset": "BTC",
                     *         "filled_qty": "0.00400",
                     *         "filled_quote": "239.9928",
                     *         "list_id": null,
                     *         "market": "sim:BTC-USD",
                     *         "order_id": 17,
                     *         "post_only": false,
                     *         "prevented_qty": "0.00000",
                     *         "price": "59998.20",
                     *         "qty": "0.01000",
                     *         "queue_ahead": "0.00000",
                     *         "quote_qty": null,
                     *         "reason": null,
                     *         "reserved": "359.9892",
                     *         "reserved_asset": "USD",
                     *         "self_trade_prevention": "expire_taker",
                     *         "side": "buy",
                     *         "status": "partially_filled",
                     *         "stop_price": null,
                     *         "time_in_force": "gtc",
                     *         "trailing_bps": null,
                     *         "trigger_by": "last",
                     *         "type": "limit",
                     *         "updated_at": 1763722815340021
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_OrderBody"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_order`: the account has no such order; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_order" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    cancelOrder: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
            };
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description an order's number
                 * @example 17
                 */
                order_id: number;
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
                     *         "account": "dev",
                     *         "avg_price": "59998.20",
                     *         "change_pending": false,
                     *         "client_order_id": "mine-1",
                     *         "created_at": 1763722812016733,
                     *         "display_qty": null,
                     *         "expires_at": null,
                     *         "fee": "0.000004",
                     *         "fee_asset": "BTC",
                     *         "filled_qty": "0.00400",
                     *         "filled_quote": "239.9928",
                     *         "list_id": null,
                     *         "market": "sim:BTC-USD",
                     *         "order_id": 17,
                     *         "post_only": false,
                     *         "prevented_qty": "0.00000",
                     *         "price": "59998.20",
                     *         "qty": "0.01000",
                     *         "queue_ahead": "0.00000",
                     *         "quote_qty": null,
                     *         "reason": null,
                     *         "reserved": "359.9892",
                     *         "reserved_asset": "USD",
                     *         "self_trade_prevention": "expire_taker",
                     *         "side": "buy",
                     *         "status": "partially_filled",
                     *         "stop_price": null,
                     *         "time_in_force": "gtc",
                     *         "trailing_bps": null,
                     *         "trigger_by": "last",
                     *         "type": "limit",
                     *         "updated_at": 1763722815340021
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_OrderBody"];
                };
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_order`: the account has no such order; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_order" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `order_final`: the order is filled, cancelled, rejected or expired already; `change_pending`: an earlier cancel or amendment of the order is on its way; `account_closed`: this version of the account was reset */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "order_final" | "change_pending" | "account_closed";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    amendOrder: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description an order's number
                 * @example 17
                 */
                order_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AmendFields"];
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
                     *         "account": "dev",
                     *         "avg_price": "59998.20",
                     *         "change_pending": false,
                     *         "client_order_id": "mine-1",
                     *         "created_at": 1763722812016733,
                     *         "display_qty": null,
                     *         "expires_at": null,
                     *         "fee": "0.000004",
                     *         "fee_asset": "BTC",
                     *         "filled_qty": "0.00400",
                     *         "filled_quote": "239.9928",
                     *         "list_id": null,
                     *         "market": "sim:BTC-USD",
                     *         "order_id": 17,
                     *         "post_only": false,
                     *         "prevented_qty": "0.00000",
                     *         "price": "59998.20",
                     *         "qty": "0.01000",
                     *         "queue_ahead": "0.00000",
                     *         "quote_qty": null,
                     *         "reason": null,
                     *         "reserved": "359.9892",
                     *         "reserved_asset": "USD",
                     *         "self_trade_prevention": "expire_taker",
                     *         "side": "buy",
                     *         "status": "partially_filled",
                     *         "stop_price": null,
                     *         "time_in_force": "gtc",
                     *         "trailing_bps": null,
                     *         "trigger_by": "last",
                     *         "type": "limit",
                     *         "updated_at": 1763722815340021
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_OrderBody"];
                };
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range; `bad_json`: the message is not JSON */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request" | "bad_json";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `kill_switch`: the account's kill switch is on; `kill_switch_global`: the sandbox's kill switch is on; `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "kill_switch" | "kill_switch_global" | "forbidden";
                    };
                };
            };
            /** @description `unknown_order`: the account has no such order; `unknown_market`: no such market on this server; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_order" | "unknown_market" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `account_closed`: this version of the account was reset; `market_connecting`: the market has no book yet, so no order is taken; `market_stale`: the market's book is behind; orders wait until it is live again; `market_halted`: the venue does not trade this market; `market_delisted`: the venue no longer lists this market; `duplicate_client_order_id`: the account has used this `client_order_id` for another order; `order_final`: the order is filled, cancelled, rejected or expired already; `change_pending`: an earlier cancel or amendment of the order is on its way */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "account_closed" | "market_connecting" | "market_stale" | "market_halted" | "market_delisted" | "duplicate_client_order_id" | "order_final" | "change_pending";
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
            /** @description `bad_client_order_id`: a `client_order_id` is 1 to 64 of `A-Z a-z 0-9 . _ : / -`; `precision`: a number has more decimals than its place; `out_of_range`: a number is zero, negative or too large; `tick_size`: the price is not a multiple of the tick size; `lot_size`: the quantity is not a multiple of the lot size; `min_notional`: price times quantity is below the market's minimum; `price_band`: the price is too far from the market; `missing_price`: this type of order needs a price; `unexpected_price`: this type of order takes no price; `missing_stop_price`: this type of order needs a stop price; `unexpected_stop_price`: this type of order takes no stop price; `missing_trailing_bps`: a trailing stop needs `trailing_bps` between 1 and 5,000; `unexpected_trailing_bps`: only a trailing stop takes `trailing_bps`; `missing_qty`: an order needs either `qty` or, if it is a market order, `quote_qty`; `bad_fields`: fields of the order do not go together; `bad_time_in_force`: this type of order does not take this time in force; `bad_expiry`: `gtd` needs `expires_at` in the future, and nothing else takes it; `bad_post_only`: `post_only` is for limit orders that may rest; `bad_display_qty`: `display_qty` is for orders that may rest, above zero and not above `qty`; `would_cross`: the post-only order would take; `would_trigger`: the stop price has been reached already; `insufficient_balance`: the free balance does not cover the order with its fees; `max_order_qty`: the quantity is above the account's limit; `max_order_notional`: the notional is above the account's limit; `max_open_orders`: the account has as many open orders as it may; `max_position`: with its open orders filled, the position would be above the account's limit; `max_daily_loss`: the account has lost as much today as it may; `price_collar`: the price is too far from the mark price; `no_mark_price`: the order cannot be checked while there is no mark price; `scale_mismatch`: the market's decimals do not fit the units of its assets; `below_filled`: the new quantity is not above what is filled; `nothing_to_amend`: the amendment changes nothing; `not_amendable`: this order cannot be changed this way */
            422: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_client_order_id" | "precision" | "out_of_range" | "tick_size" | "lot_size" | "min_notional" | "price_band" | "missing_price" | "unexpected_price" | "missing_stop_price" | "unexpected_stop_price" | "missing_trailing_bps" | "unexpected_trailing_bps" | "missing_qty" | "bad_fields" | "bad_time_in_force" | "bad_expiry" | "bad_post_only" | "bad_display_qty" | "would_cross" | "would_trigger" | "insufficient_balance" | "max_order_qty" | "max_order_notional" | "max_open_orders" | "max_position" | "max_daily_loss" | "price_collar" | "no_mark_price" | "scale_mismatch" | "below_filled" | "nothing_to_amend" | "not_amendable";
                    };
                };
            };
            /** @description `rate_limited`: too many requests, come back later; `order_rate`: the account places orders faster than it may; `too_many_orders`: the sandbox holds as many orders as it may */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "order_rate" | "too_many_orders";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    explainOrder: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
            };
            header?: never;
            path: {
                /**
                 * @description an order's number
                 * @example 17
                 */
                order_id: number;
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
                     *         "amendments": [],
                     *         "fills": [
                     *           {
                     *             "account": "dev",
                     *             "evidence": {
                     *               "book_seq": 2210,
                     *               "kind": "print",
                     *               "price": "59998.20",
                     *               "qty": "0.11878",
                     *               "queue_after": "0.00000",
                     *               "queue_before": "0.11478",
                     *               "shared_before": "0.00000",
                     *               "side": "sell",
                     *               "trade_id": "812",
                     *               "ts_venue": 1763722815339870
                     *             },
                     *             "fee": "0.000004",
                     *             "fee_asset": "BTC",
                     *             "fill_id": 9,
                     *             "liquidity": "maker",
                     *             "market": "sim:BTC-USD",
                     *             "order_id": 17,
                     *             "price": "59998.20",
                     *             "qty": "0.00400",
                     *             "side": "buy",
                     *             "ts": 1763722815340021
                     *           }
                     *         ],
                     *         "message": "it stands in the queue: 0.00000 of the venue and 0.00000 of the sandbox are ahead of it, 0.11878 has traded at its price since it stands there",
                     *         "order": {
                     *           "account": "dev",
                     *           "avg_price": "59998.20",
                     *           "change_pending": false,
                     *           "client_order_id": "mine-1",
                     *           "created_at": 1763722812016733,
                     *           "display_qty": null,
                     *           "expires_at": null,
                     *           "fee": "0.000004",
                     *           "fee_asset": "BTC",
                     *           "filled_qty": "0.00400",
                     *           "filled_quote": "239.9928",
                     *           "list_id": null,
                     *           "market": "sim:BTC-USD",
                     *           "order_id": 17,
                     *           "post_only": false,
                     *           "prevented_qty": "0.00000",
                     *           "price": "59998.20",
                     *           "qty": "0.01000",
                     *           "queue_ahead": "0.00000",
                     *           "quote_qty": null,
                     *           "reason": null,
                     *           "reserved": "359.9892",
                     *           "reserved_asset": "USD",
                     *           "self_trade_prevention": "expire_taker",
                     *           "side": "buy",
                     *           "status": "partially_filled",
                     *           "stop_price": null,
                     *           "time_in_force": "gtc",
                     *           "trailing_bps": null,
                     *           "trigger_by": "last",
                     *           "type": "limit",
                     *           "updated_at": 1763722815340021
                     *         },
                     *         "prevented": [],
                     *         "queue": {
                     *           "displayed": "0.03100",
                     *           "price": "59998.20",
                     *           "queue_ahead": "0.00000",
                     *           "sandbox_ahead": "0.00000",
                     *           "shown": "0.00600",
                     *           "traded_since": "0.11878"
                     *         },
                     *         "trigger_price": null,
                     *         "waits_for_market": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ExplainBody"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_order`: the account has no such order; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_order" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    getOrderByClientId: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
            };
            header?: never;
            path: {
                /**
                 * @description the client's own name of an order
                 * @example mine-1
                 */
                client_order_id: string;
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
                     *         "account": "dev",
                     *         "avg_price": "59998.20",
                     *         "change_pending": false,
                     *         "client_order_id": "mine-1",
                     *         "created_at": 1763722812016733,
                     *         "display_qty": null,
                     *         "expires_at": null,
                     *         "fee": "0.000004",
                     *         "fee_asset": "BTC",
                     *         "filled_qty": "0.00400",
                     *         "filled_quote": "239.9928",
                     *         "list_id": null,
                     *         "market": "sim:BTC-USD",
                     *         "order_id": 17,
                     *         "post_only": false,
                     *         "prevented_qty": "0.00000",
                     *         "price": "59998.20",
                     *         "qty": "0.01000",
                     *         "queue_ahead": "0.00000",
                     *         "quote_qty": null,
                     *         "reason": null,
                     *         "reserved": "359.9892",
                     *         "reserved_asset": "USD",
                     *         "self_trade_prevention": "expire_taker",
                     *         "side": "buy",
                     *         "status": "partially_filled",
                     *         "stop_price": null,
                     *         "time_in_force": "gtc",
                     *         "trailing_bps": null,
                     *         "trigger_by": "last",
                     *         "type": "limit",
                     *         "updated_at": 1763722815340021
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_OrderBody"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_order`: the account has no such order; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_order" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `bad_client_order_id`: a `client_order_id` is 1 to 64 of `A-Z a-z 0-9 . _ : / -` */
            422: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_client_order_id";
                    };
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    placeList: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListFields"];
            };
        };
        responses: {
            /** @description the answer */
            201: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "account": "dev",
                     *         "client_list_id": "my-list",
                     *         "kind": "oto",
                     *         "list_id": 3,
                     *         "orders": [
                     *           {
                     *             "account": "dev",
                     *             "avg_price": "59998.20",
                     *             "change_pending": false,
                     *             "client_order_id": "mine-1",
                     *             "created_at": 1763722812016733,
                     *             "display_qty": null,
                     *             "expires_at": null,
                     *             "fee": "0.000004",
                     *             "fee_asset": "BTC",
                     *             "filled_qty": "0.00400",
                     *             "filled_quote": "239.9928",
                     *             "list_id": null,
                     *             "market": "sim:BTC-USD",
                     *             "order_id": 17,
                     *             "post_only": false,
                     *             "prevented_qty": "0.00000",
                     *             "price": "59998.20",
                     *             "qty": "0.01000",
                     *             "queue_ahead": "0.00000",
                     *             "quote_qty": null,
                     *             "reason": null,
                     *             "reserved": "359.9892",
                     *             "reserved_asset": "USD",
                     *             "self_trade_prevention": "expire_taker",
                     *             "side": "buy",
                     *             "status": "partially_filled",
                     *             "stop_price": null,
                     *             "time_in_force": "gtc",
                     *             "trailing_bps": null,
                     *             "trigger_by": "last",
                     *             "type": "limit",
                     *             "updated_at": 1763722815340021
                     *           }
                     *         ]
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_OrderListBody"];
                };
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range; `bad_json`: the message is not JSON */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request" | "bad_json";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `kill_switch`: the account's kill switch is on; `kill_switch_global`: the sandbox's kill switch is on; `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "kill_switch" | "kill_switch_global" | "forbidden";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `account_closed`: this version of the account was reset; `market_connecting`: the market has no book yet, so no order is taken; `market_stale`: the market's book is behind; orders wait until it is live again; `market_halted`: the venue does not trade this market; `market_delisted`: the venue no longer lists this market; `duplicate_client_order_id`: the account has used this `client_order_id` for another order */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "account_closed" | "market_connecting" | "market_stale" | "market_halted" | "market_delisted" | "duplicate_client_order_id";
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
            /** @description `bad_client_order_id`: a `client_order_id` is 1 to 64 of `A-Z a-z 0-9 . _ : / -`; `precision`: a number has more decimals than its place; `out_of_range`: a number is zero, negative or too large; `tick_size`: the price is not a multiple of the tick size; `lot_size`: the quantity is not a multiple of the lot size; `min_notional`: price times quantity is below the market's minimum; `price_band`: the price is too far from the market; `missing_price`: this type of order needs a price; `unexpected_price`: this type of order takes no price; `missing_stop_price`: this type of order needs a stop price; `unexpected_stop_price`: this type of order takes no stop price; `missing_trailing_bps`: a trailing stop needs `trailing_bps` between 1 and 5,000; `unexpected_trailing_bps`: only a trailing stop takes `trailing_bps`; `missing_qty`: an order needs either `qty` or, if it is a market order, `quote_qty`; `bad_fields`: fields of the order do not go together; `bad_time_in_force`: this type of order does not take this time in force; `bad_expiry`: `gtd` needs `expires_at` in the future, and nothing else takes it; `bad_post_only`: `post_only` is for limit orders that may rest; `bad_display_qty`: `display_qty` is for orders that may rest, above zero and not above `qty`; `would_cross`: the post-only order would take; `would_trigger`: the stop price has been reached already; `insufficient_balance`: the free balance does not cover the order with its fees; `max_order_qty`: the quantity is above the account's limit; `max_order_notional`: the notional is above the account's limit; `max_open_orders`: the account has as many open orders as it may; `max_position`: with its open orders filled, the position would be above the account's limit; `max_daily_loss`: the account has lost as much today as it may; `price_collar`: the price is too far from the mark price; `no_mark_price`: the order cannot be checked while there is no mark price; `scale_mismatch`: the market's decimals do not fit the units of its assets; `bad_list`: the orders of the list do not fit its kind */
            422: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_client_order_id" | "precision" | "out_of_range" | "tick_size" | "lot_size" | "min_notional" | "price_band" | "missing_price" | "unexpected_price" | "missing_stop_price" | "unexpected_stop_price" | "missing_trailing_bps" | "unexpected_trailing_bps" | "missing_qty" | "bad_fields" | "bad_time_in_force" | "bad_expiry" | "bad_post_only" | "bad_display_qty" | "would_cross" | "would_trigger" | "insufficient_balance" | "max_order_qty" | "max_order_notional" | "max_open_orders" | "max_position" | "max_daily_loss" | "price_collar" | "no_mark_price" | "scale_mismatch" | "bad_list";
                    };
                };
            };
            /** @description `rate_limited`: too many requests, come back later; `order_rate`: the account places orders faster than it may; `too_many_orders`: the sandbox holds as many orders as it may */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "order_rate" | "too_many_orders";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    listPositions: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
                /** @description only of this market */
                market?: string;
            };
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
                     *             "entry_price": "59998.200000",
                     *             "fees": "0.2399928",
                     *             "mark_price": "59998.24",
                     *             "market": "sim:BTC-USD",
                     *             "qty": "0.003996",
                     *             "quote": "USD",
                     *             "realized_pnl": "0",
                     *             "unrealized_pnl": "0.00015984"
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_PositionBody"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_ReplayInfo"];
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Accepted"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Accepted"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Accepted"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    getRisk: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
            };
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
                     *         "account": "dev",
                     *         "cancel_after": null,
                     *         "kill_switch": false,
                     *         "kill_switch_global": false,
                     *         "limits": {
                     *           "assets": [
                     *             {
                     *               "asset": "USD",
                     *               "max_daily_loss": "2000",
                     *               "max_order_notional": "50000"
                     *             }
                     *           ],
                     *           "markets": [
                     *             {
                     *               "market": "sim:BTC-USD",
                     *               "max_order_qty": "1.00000",
                     *               "max_position": "5"
                     *             }
                     *           ],
                     *           "max_open_orders": 100,
                     *           "order_rate": {
                     *             "orders": 50,
                     *             "window_ms": 1000
                     *           },
                     *           "price_collar_bps": 500
                     *         },
                     *         "open_orders": 1
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_RiskBody"];
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    setCancelAfter: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CancelAfterFields"];
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
                     *         "account": "dev",
                     *         "cancel_after": null,
                     *         "kill_switch": false,
                     *         "kill_switch_global": false,
                     *         "limits": {
                     *           "assets": [
                     *             {
                     *               "asset": "USD",
                     *               "max_daily_loss": "2000",
                     *               "max_order_notional": "50000"
                     *             }
                     *           ],
                     *           "markets": [
                     *             {
                     *               "market": "sim:BTC-USD",
                     *               "max_order_qty": "1.00000",
                     *               "max_position": "5"
                     *             }
                     *           ],
                     *           "max_open_orders": 100,
                     *           "order_rate": {
                     *             "orders": 50,
                     *             "window_ms": 1000
                     *           },
                     *           "price_collar_bps": 500
                     *         },
                     *         "open_orders": 1
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_RiskBody"];
                };
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range; `bad_json`: the message is not JSON */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request" | "bad_json";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `account_closed`: this version of the account was reset */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "account_closed";
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
            /** @description `bad_timer`: the time is out of range */
            422: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_timer";
                    };
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    setKillSwitch: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KillFields"];
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
                     *         "account": "dev",
                     *         "cancel_after": null,
                     *         "kill_switch": false,
                     *         "kill_switch_global": false,
                     *         "limits": {
                     *           "assets": [
                     *             {
                     *               "asset": "USD",
                     *               "max_daily_loss": "2000",
                     *               "max_order_notional": "50000"
                     *             }
                     *           ],
                     *           "markets": [
                     *             {
                     *               "market": "sim:BTC-USD",
                     *               "max_order_qty": "1.00000",
                     *               "max_position": "5"
                     *             }
                     *           ],
                     *           "max_open_orders": 100,
                     *           "order_rate": {
                     *             "orders": 50,
                     *             "window_ms": 1000
                     *           },
                     *           "price_collar_bps": 500
                     *         },
                     *         "open_orders": 1
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_RiskBody"];
                };
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range; `bad_json`: the message is not JSON */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request" | "bad_json";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `account_closed`: this version of the account was reset */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "account_closed";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    setLimits: {
        parameters: {
            query?: {
                /** @description name of an account, or number of one of its versions; the default one without it */
                account?: string;
            };
            header?: {
                /**
                 * @description sent again with the same key, the request is not carried out again
                 * @example 7d0f1c1e-1
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitsBody"];
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
                     *         "account": "dev",
                     *         "cancel_after": null,
                     *         "kill_switch": false,
                     *         "kill_switch_global": false,
                     *         "limits": {
                     *           "assets": [
                     *             {
                     *               "asset": "USD",
                     *               "max_daily_loss": "2000",
                     *               "max_order_notional": "50000"
                     *             }
                     *           ],
                     *           "markets": [
                     *             {
                     *               "market": "sim:BTC-USD",
                     *               "max_order_qty": "1.00000",
                     *               "max_position": "5"
                     *             }
                     *           ],
                     *           "max_open_orders": 100,
                     *           "order_rate": {
                     *             "orders": 50,
                     *             "window_ms": 1000
                     *           },
                     *           "price_collar_bps": 500
                     *         },
                     *         "open_orders": 1
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_RiskBody"];
                };
            };
            /** @description `bad_request`: a field is missing, of the wrong type or out of range; `bad_json`: the message is not JSON */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_request" | "bad_json";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `unknown_market`: no such market on this server; `unknown_asset`: no such asset in the sandbox; `unknown_account`: the caller has no such account */
            404: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unknown_market" | "unknown_asset" | "unknown_account";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
                    };
                };
            };
            /** @description `idempotency_key_reused`: the `Idempotency-Key` was used for another request; `account_closed`: this version of the account was reset */
            409: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused" | "account_closed";
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
            /** @description `precision`: a number has more decimals than its place; `out_of_range`: a number is zero, negative or too large; `scale_mismatch`: the market's decimals do not fit the units of its assets */
            422: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "precision" | "out_of_range" | "scale_mismatch";
                    };
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `timed_out`: the answer did not come in time; the outcome is unknown */
            504: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "timed_out";
                    };
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description most items of an answer */
                limit?: number;
            };
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
                     *             "address": "203.0.113.7",
                     *             "blocked_ms": 1290,
                     *             "compressed": false,
                     *             "form": "json",
                     *             "lag_frames": 140,
                     *             "lag_ms": 1320,
                     *             "opened_at": 1795282016020000,
                     *             "session": 17,
                     *             "snapshots_due": 0,
                     *             "subscriptions": 12,
                     *             "user": "alice"
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_SessionInfo"];
                };
            };
            /** @description `bad_limit`: the limit is not a number within its range */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_limit";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_Playing"];
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
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
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ListOf_Symbol"];
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Info"];
                };
            };
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description a `next_cursor` */
                cursor?: string;
                /** @description most items of an answer */
                limit?: number;
            };
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
                     *             "created_at": 1763722812016733,
                     *             "disabled": false,
                     *             "role": "trader",
                     *             "updated_at": 1763722812016733,
                     *             "user": "alice",
                     *             "user_id": 2
                     *           }
                     *         ],
                     *         "next_cursor": null
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_PageOf_UserInfo"];
                };
            };
            /** @description `bad_limit`: the limit is not a number within its range; `bad_cursor`: the cursor is not one that a list gave out */
            400: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "bad_limit" | "bad_cursor";
                    };
                };
            };
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                    };
                };
            };
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
                };
            };
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description a user's name
                 * @example alice
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserBody"];
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
                     *         "created_at": 1763722812016733,
                     *         "disabled": false,
                     *         "role": "trader",
                     *         "updated_at": 1763722812016733,
                     *         "user": "alice",
                     *         "user_id": 2
                     *       },
                     *       "execution_time_ms": 0.041,
                     *       "message": "ok",
                     *       "status": "success",
                     *       "timestamp": 1763722812016733,
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_UserInfo"];
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
            /** @description `unauthenticated`: this needs credentials, and there are none or they are not valid; `token_expired`: the access token has expired: get another with the refresh token */
            401: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "unauthenticated" | "token_expired";
                    };
                };
            };
            /** @description `forbidden`: the caller's role or key does not allow this */
            403: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
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
            /** @description `message_too_slow`: a message took too long to come */
            408: {
                headers: {
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "message_too_slow";
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
            /** @description `rate_limited`: too many requests, come back later */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `busy`: a queue on the way is full; `store_unavailable`: what was asked for is in the store, which is away */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "busy" | "store_unavailable";
                    };
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
            /** @description `rate_limited`: too many requests, come back later; `too_many_connections`: the address holds as many connections as it may */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "too_many_connections";
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
                    "retry-after": components["headers"]["retryAfter"];
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
            /** @description `rate_limited`: too many requests, come back later; `too_many_connections`: the address holds as many connections as it may */
            429: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "too_many_connections";
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
                    "retry-after": components["headers"]["retryAfter"];
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
                     *         "actors": {
                     *           "dead": [],
                     *           "restarts": 0,
                     *           "threads": [
                     *             {
                     *               "lag_ms": 1.207,
                     *               "thread": "feeds"
                     *             },
                     *             {
                     *               "lag_ms": 0.914,
                     *               "thread": "writers"
                     *             }
                     *           ],
                     *           "watched": 9
                     *         },
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
                     *         "sandbox": {
                     *           "actor_alive": true,
                     *           "backlog": 0,
                     *           "markets_followed": 1,
                     *           "open_orders": 2,
                     *           "restored": {
                     *             "seq": 96,
                     *             "state_sha256": "8d9f639621bd2a7d0a8975955b141bda7163a7e857eacdbb67570e0097736e5e"
                     *           },
                     *           "seq": 118,
                     *           "state": "ready"
                     *         },
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
                     *         "actors": {
                     *           "dead": [],
                     *           "restarts": 0,
                     *           "threads": [
                     *             {
                     *               "lag_ms": 1.207,
                     *               "thread": "feeds"
                     *             },
                     *             {
                     *               "lag_ms": 0.914,
                     *               "thread": "writers"
                     *             }
                     *           ],
                     *           "watched": 9
                     *         },
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
                     *         "sandbox": {
                     *           "actor_alive": true,
                     *           "backlog": 0,
                     *           "markets_followed": 1,
                     *           "open_orders": 2,
                     *           "restored": {
                     *             "seq": 96,
                     *             "state_sha256": "8d9f639621bd2a7d0a8975955b141bda7163a7e857eacdbb67570e0097736e5e"
                     *           },
                     *           "seq": 118,
                     *           "state": "ready"
                     *         },
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
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
                     *       "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Ready"];
                };
            };
            /** @description `market_not_ready`: the market has no book yet; `store_unavailable`: what was asked for is in the store, which is away; `shutting_down`: the server is stopping */
            503: {
                headers: {
                    "retry-after": components["headers"]["retryAfter"];
                    "x-trace-id": components["headers"]["trace"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"] & {
                        /** @enum {unknown} */
                        code?: "market_not_ready" | "store_unavailable" | "shutting_down";
                    };
                };
            };
        };
    };
}
