// SPDX-License-Identifier: Apache-2.0

import { texts } from "../base/texts.js";

const t = texts({
    en: {
        search: "Search",
        import: "Import",
        browse: "Browse",
        collections: "Collections",
        query: "Query",
        rest: "REST",
        map: "Map",
        quality: "Quality",
        server: "Server",
        guides: "Guides",
    },
});

/** Every screen, in the order of the navigation; `screens/NAME/NAME.js` exports its class, `NAME.css` beside it styles it. */
export const screens = [
    { name: "search", icon: "search" },
    { name: "import", icon: "import" },
    { name: "browse", icon: "browse" },
    { name: "collections", icon: "collections" },
    { name: "map", icon: "map" },
    { name: "quality", icon: "quality" },
    { name: "query", icon: "query" },
    { name: "rest", icon: "api" },
    { name: "server", icon: "server" },
    { name: "guides", icon: "guides" },
].map((screen) => ({ ...screen, title: t(screen.name) }));
