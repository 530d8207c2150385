// SPDX-License-Identifier: Apache-2.0

import { get, post } from "../../base/api.js";
import { missingProperties, newDefinition, propertiesBy } from "./plan.js";

/**
 * Makes what a plan needs, a collection or properties of one, and the job of its import.
 *
 * @param {import("./plan.js").Plan} plan
 */
export async function begin(plan, selection) {
    const { files } = selection;
    const wanted = newDefinition(plan, files);
    if (wanted) await post(["schema"], wanted);
    for (const property of missingProperties(plan, files)) await post(["schema", plan.className, "properties"], property);
    const definition = await get(["schema", plan.className]);
    return {
        files,
        className: definition.class,
        tenant: plan.tenant,
        pictureProperty: plan.pictureProperty,
        propertiesOf: propertiesBy(plan, definition),
        duplicates: plan.duplicates,
    };
}
