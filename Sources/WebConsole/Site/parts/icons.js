// SPDX-License-Identifier: Apache-2.0
// Line drawings on a grid of 24, in the color of the text around them. They say nothing to screen readers: what holds one has words.

import { svg } from "../base/dom.js";

const drawings = {
    add: "M12 5v14M5 12h14",
    alert: "M12 4 2.5 20h19zM12 10v4M12 17v.5",
    api: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
    arrowDown: "M12 5v14M6 13l6 6 6-6",
    arrowUp: "M12 19V5M6 11l6-6 6 6",
    back: "M19 12H5M11 6l-6 6 6 6",
    browse: "M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z",
    camera: "M4 8h4l1.5-3h5L16 8h4v11H4zM12 10.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
    check: "M5 12.5l4.5 4.5L19 7.5",
    close: "M6 6l12 12M18 6 6 18",
    collections: "M12 3c4.4 0 8 1.3 8 3s-3.6 3-8 3-8-1.3-8-3 3.6-3 8-3zM4 6v6c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12v6c0 1.7 3.6 3 8 3s8-1.3 8-3v-6",
    compare: "M12 3v18M4 6h5v12H4zM15 6h5v12h-5z",
    copy: "M8 8h11v12H8zM5 16V4h11",
    crop: "M7 2v15h15M2 7h15v15",
    dark: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
    download: "M12 4v11M7 11l5 5 5-5M5 20h14",
    edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    filter: "M3 5h18l-7 8v6l-4-2v-4z",
    folder: "M3 6h6l2 2h10v11H3z",
    forward: "M5 12h14M13 6l6 6-6 6",
    guides: "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11",
    help: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5v.5",
    history: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4M12 8v4l3 2",
    image: "M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 5M15 9.5v.01",
    import: "M12 16V5M7 9l5-5 5 5M4 15v5h16v-5",
    key: "M14 10a4 4 0 1 0-3.5 4l1 1H14v2h2v2h4v-3l-6-6zM7.5 7.5v.01",
    light: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
    link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1.5 1.5M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1.5-1.5",
    map: "M6 7v.01M10 5v.01M8 10v.01M16 8v.01M19 6v.01M18 11v.01M7 17v.01M11 19v.01M12 15v.01M17 18v.01M3 3v18h18",
    menu: "M4 7h16M4 12h16M4 17h16",
    minus: "M5 12h14",
    mirror: "M12 3v18M9 7 3 17h6zM15 7l6 10h-6z",
    more: "M5 12v.01M12 12v.01M19 12v.01",
    pause: "M8 5v14M16 5v14",
    play: "M7 5l12 7-12 7z",
    quality: "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6M20 16V6",
    query: "M4 5h16v14H4zM7 9l3 3-3 3M12 15h4",
    refresh: "M20 12a8 8 0 1 1-2.5-5.8M20 4v4h-4",
    save: "M5 4h11l3 3v13H5zM8 4v5h7V4M8 20v-6h8v6",
    search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5",
    server: "M4 4h16v7H4zM4 13h16v7H4zM7.5 7.5v.01M7.5 16.5v.01",
    similar: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM15 10a5 5 0 1 1-5 5",
    stop: "M6 6h12v12H6z",
    system: "M4 5h16v11H4zM9 20h6M12 16v4",
    table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9",
    tag: "M3 12V4h8l10 10-8 8zM7.5 8v.01",
    trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
    turn: "M19 12a7 7 0 1 1-2-5M19 3v5h-5",
    undo: "M9 7 4 12l5 5M4 12h10a5 5 0 0 1 0 10h-2",
};

/** @param {string} name of a drawing above */
export function icon(name) {
    return svg(
        "svg",
        { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
        svg("path", { d: drawings[name] }),
    );
}
