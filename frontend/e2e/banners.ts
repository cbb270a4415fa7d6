/** What the banner says at each stage of a plan. */
export const BANNERS = {
  renewal: /^Next period .*: pay (US)?\$.* by /,
  grace: /was due on .*\. Everything works until /,
  pastDue: /was due on .*\. Your account will be paused on /,
  suspended: /^Paused since .*\. Your data is safe until /,
  underReview: /We are checking your payment of .*\. Nothing will be paused meanwhile\./,
  ending: /plan ends on .*\. Everything works until then\./,
  ended: /Choose a plan to go on\./,
} as const;
