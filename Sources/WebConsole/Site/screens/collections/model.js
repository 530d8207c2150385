// SPDX-License-Identifier: Apache-2.0
// What the form of a new collection holds, and the definition that it stands for: only what differs from the server's defaults.

import { className, propertyName } from "../../base/names.js";

/** Types of properties that the form offers; `reference` stands for the name of a collection. */
export const types = [
    "text", "text[]", "int", "int[]", "number", "number[]", "boolean", "boolean[]", "date", "date[]", "uuid", "uuid[]", "blob", "geoCoordinates", "phoneNumber",
];

export const tokenizations = ["word", "lowercase", "whitespace", "field", "trigram"];
export const metrics = ["cosine", "dot", "l2-squared", "manhattan", "hamming"];
export const indexes = ["hnsw", "flat", "dynamic"];

/** What is preset for pictures: "plain" is Weaviate's own way. */
const preprocessings = {
    plain: null,
    good: { exif: true, fit: "crop", alpha: "white" },
    better: { better: true },
};

export const isText = (type) => type === "text" || type === "text[]";
export const isRanged = (type) => type === "int" || type === "number" || type === "date";

/** Settings of a graph that numbers are typed for: name, default, smallest, whether it can be changed later. */
export const graphSettings = [
    { name: "efConstruction", usual: 128, least: 4, isFixed: true },
    { name: "maxConnections", usual: 32, least: 4, isFixed: true },
    { name: "ef", usual: -1, least: -1 },
    { name: "dynamicEfMin", usual: 100, least: 1 },
    { name: "dynamicEfMax", usual: 500, least: 1 },
    { name: "dynamicEfFactor", usual: 8, least: 1 },
    { name: "flatSearchCutoff", usual: 40_000, least: 0 },
];

export const newProperty = (name = "", type = "text") => ({
    name, type, description: "", tokenization: "word", isFilterable: true, isSearchable: true, isRanged: false,
});

export const newVector = (name = "") => ({ name, isOfPictures: true, preprocessing: "good", index: "hnsw", metric: "cosine", settings: {} });

export const newModel = () => ({
    name: "",
    description: "",
    properties: [newProperty("image", "blob"), { ...newProperty("label"), tokenization: "field" }, newProperty("text")],
    // Properties of type blob that the network looks at are all of them but these.
    notSeen: new Set(),
    isNamed: false,
    vectors: [newVector()],
    withTimes: false,
    withNulls: false,
    withLengths: false,
    hasTenants: false,
    makesTenants: false,
    wakesTenants: false,
});

/** The properties that the network looks at. */
export const imageFields = ({ properties, notSeen }) =>
    properties.filter((each) => each.type === "blob" && each.name && !notSeen.has(each.name)).map((each) => propertyName(each.name));

/** A property as the interface has it. */
export function propertyDefinition(property) {
    const { name, type, description, tokenization } = property;
    return {
        name: propertyName(name),
        dataType: [type],
        ...(description ? { description } : {}),
        ...(isText(type) && tokenization !== "word" ? { tokenization } : {}),
        ...(!property.isFilterable ? { indexFilterable: false } : {}),
        ...(isText(type) && !property.isSearchable ? { indexSearchable: false } : {}),
        ...(isRanged(type) && property.isRanged ? { indexRangeFilters: true } : {}),
    };
}

function indexSettings({ index, metric, settings }) {
    const config = {};
    if (metric !== "cosine") config.distance = metric;
    const own = {};
    for (const { name, usual } of graphSettings) if (settings[name] !== undefined && settings[name] !== usual) own[name] = settings[name];
    if (index === "hnsw") Object.assign(config, own);
    if (index === "dynamic" && Object.keys(own).length) config.hnsw = own;
    return config;
}

function module(model, vector) {
    const preprocess = preprocessings[vector.preprocessing];
    return { imageFields: imageFields(model), ...(preprocess ? { preprocess } : {}) };
}

/** The definition that a model stands for, as `POST /v1/schema` takes it. */
export function definitionOf(model) {
    const result = { class: className(model.name) };
    if (model.description) result.description = model.description;
    if (model.isNamed) {
        result.vectorConfig = {};
        for (const vector of model.vectors) {
            const config = indexSettings(vector);
            result.vectorConfig[vector.name] = {
                vectorizer: vector.isOfPictures ? { "img2vec-neural": module(model, vector) } : { none: {} },
                vectorIndexType: vector.index,
                ...(Object.keys(config).length ? { vectorIndexConfig: config } : {}),
            };
        }
    } else {
        const [vector] = model.vectors;
        result.vectorizer = vector.isOfPictures ? "img2vec-neural" : "none";
        if (vector.isOfPictures) result.moduleConfig = { "img2vec-neural": module(model, vector) };
        if (vector.index !== "hnsw") result.vectorIndexType = vector.index;
        const config = indexSettings(vector);
        if (Object.keys(config).length) result.vectorIndexConfig = config;
    }
    result.properties = model.properties.map(propertyDefinition);
    const inverted = {
        ...(model.withTimes ? { indexTimestamps: true } : {}),
        ...(model.withNulls ? { indexNullState: true } : {}),
        ...(model.withLengths ? { indexPropertyLength: true } : {}),
    };
    if (Object.keys(inverted).length) result.invertedIndexConfig = inverted;
    if (model.hasTenants) {
        result.multiTenancyConfig = {
            enabled: true,
            ...(model.makesTenants ? { autoTenantCreation: true } : {}),
            ...(model.wakesTenants ? { autoTenantActivation: true } : {}),
        };
    }
    return result;
}
