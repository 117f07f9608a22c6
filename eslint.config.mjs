// The page's scripts: they run as one, in a strict scope of their own (hotspots/maps/assets.py).
import { readdirSync, readFileSync } from "node:fs";

import js from "@eslint/js";
import globals from "globals";

const FOLDER = "hotspots/maps/assets/briefing";
const TOP_LEVEL = /^(?:function|const|let|var) (\w+)/gm;

const scripts = readdirSync(FOLDER).filter((name) => name.endsWith(".js")).map((name) => {
  const source = readFileSync(`${FOLDER}/${name}`, "utf8");
  return { name, source, defined: [...source.matchAll(TOP_LEVEL)].map((found) => found[1]) };
});

// What the other files define may be used here, and what they use is used.
function neighbors(script) {
  const others = scripts.filter((other) => other !== script);
  const used = script.defined.filter(
    (name) => others.some((other) => new RegExp(`\\b${name}\\b`).test(other.source)));
  return {
    files: [`${FOLDER}/${script.name}`],
    languageOptions: {
      globals: Object.fromEntries(
        others.flatMap((other) => other.defined.map((name) => [name, "readonly"]))),
    },
    rules: { "no-unused-vars": ["error", { varsIgnorePattern: `^(?:${used.join("|")})$` }] },
  };
}

export default [
  {
    files: [`${FOLDER}/*.js`, "tests/maps/page/*.js"],
    ...js.configs.recommended,
    languageOptions: {
      ecmaVersion: 2020,
      sourceType: "script",
      parserOptions: { ecmaFeatures: { impliedStrict: true } },
      globals: { ...globals.browser, L: "readonly" },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...js.configs.recommended.rules,
      eqeqeq: "error",
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "MemberExpression[property.name=/^_/], MemberExpression > Literal[value=/^_/]",
          message: "A member that begins with _ is Leaflet's own business: use what its reference documents.",
        },
      ],
    },
  },
  ...scripts.map(neighbors),
];
