// placeholder
import type { Numbers } from "./numbers";
export function* forgeries(_text: string, _numbers: Numbers, _count: number): Generator<{ what: string; text: string }> { /* below */ }
