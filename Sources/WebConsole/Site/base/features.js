// SPDX-License-Identifier: Apache-2.0

import { get } from "./api.js";

let asking = null;
// It may have been started with other settings.
document.addEventListener("serverback", () => (asking = null));

/**
 * What the server is set up for: `imports`, `importRoots`, `fetchHosts`, `backups`, `thumbnails`. Asked for once.
 *
 * @returns {Promise<object>}
 */
export function features() {
    asking ??= get(["server"]).then(
        (server) => server.features,
        (error) => {
            asking = null;
            throw error;
        },
    );
    return asking;
}
