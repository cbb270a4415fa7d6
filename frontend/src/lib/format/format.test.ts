import { describe, expect, it } from "vitest";
import { formatDay, formatDayOf, formatDays, today } from "./dates";
import { formatCount, formatMoney } from "./money";

describe("formatMoney", () => {
  it("shows every decimal of the amount, also where the browser would round", () => {
    expect(formatMoney("25053.50", "PKR", "en-US").replace(/\s/u, " ")).toBe("PKR 25,053.50");
    expect(formatMoney("89.00", "USD", "en-US")).toBe("$89.00");
    expect(formatMoney("13352", "JPY", "en-US")).toBe("¥13,352");
    expect(formatMoney("27.346", "KWD", "en-US").replace(/\s/u, " ")).toBe("KWD 27.346");
  });

  it("keeps digits that a float would lose", () => {
    expect(formatMoney("9007199254740993.01", "USD", "en-US")).toBe("$9,007,199,254,740,993.01");
  });
});

describe("formatDay", () => {
  it("names the day itself in every time zone", () => {
    expect(formatDay("2026-11-30", "en-GB")).toBe("30 November 2026");
  });
});

describe("formatDays", () => {
  const days = (first: string, last: string, locale: string) =>
    formatDays(first, last, locale).replaceAll(/\s/gu, " ");

  it("says once what both days have in common", () => {
    expect(days("2027-02-01", "2027-02-28", "en-GB")).toBe("1 – 28 February 2027");
    expect(days("2026-12-15", "2027-01-14", "en-GB")).toBe("15 December 2026 – 14 January 2027");
    expect(days("2027-02-01", "2027-02-28", "ur")).toBe("1–28 فروری 2027");
  });
});

describe("formatDayOf", () => {
  it("names the day of a moment where the reader is", () => {
    const moment = new Date(2026, 10, 30, 23, 59).toISOString(); // late, in any time zone
    expect(formatDayOf(moment, "en-GB")).toBe("30 November 2026");
  });
});

describe("today", () => {
  it("is the reader's day", () => {
    expect(today(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
  });
});

describe("formatCount", () => {
  it("groups digits", () => {
    expect(formatCount(12000, "en-US")).toBe("12,000");
  });
});
