import type { components } from "../api/schema";
import type {
  Account,
  ComingStep,
  CreditKind,
  CurrentSubscription,
  Invoice,
  Payment,
  Plan,
} from "../api/types";

type ProofRefusalCode = components["schemas"]["ProofRefusalCode"];

/** Every text of the web app. Another language is another object of the type `Messages`. */
export const en = {
  app: {
    name: "IGNY8",
    skipToContent: "Skip to content",
    logIn: "Sign in",
    logOut: "Sign out",
    signUp: "Sign up",
    loading: "Loading…",
    navigation: "Main",
    footer: "IGNY8 Billing",
    support: (name: string) => `Questions? Contact ${name}`,
  },
  errors: {
    summaryTitle: "There is a problem",
    titlePrefix: "Error: ",
    offline:
      "You are offline. Nothing is lost. Try again when you are back online: nothing is submitted twice.",
    offlineNow: "You are offline. Your entries are saved. Send them when you are back online.",
    noAnswer:
      "We can't reach the server. Check your connection and try again: nothing is submitted twice.",
    unexpected: "Something went wrong on our side. Try again in a moment.",
    byStatus: (status: number): string => {
      if (status === 401) return "You are signed out. Sign in and try again.";
      if (status === 403) return "You don't have permission to do this.";
      if (status === 404 || status === 410) return "This no longer exists.";
      if (status === 409)
        return "This has changed since you opened it. Reload the page and try again.";
      if (status === 413) return "This is too large to send.";
      if (status === 429) return "Too many attempts. Try again in a minute.";
      return status < 500
        ? "We couldn't do this. Check what you entered and try again."
        : "The service is unavailable at the moment. Try again in a few seconds: nothing is submitted twice.";
    },
    tooMany: (seconds: number) =>
      seconds <= 60
        ? "Too many attempts. Try again in a minute."
        : `Too many attempts. Try again in ${Math.ceil(seconds / 60)} minutes.`,
    pageTitle: "Something went wrong",
    reload: "Reload the page",
    notFoundTitle: "Page not found",
    notFoundText: "Check the address. The page may have moved or no longer exist.",
    toDashboard: "Go to the dashboard",
    required: (label: string) => `${label} is required.`,
    missing: {
      plan: "Choose a plan.",
      paymentMethod: "Choose a payment method.",
      country: "Choose your country.",
      email: "Enter your email address.",
      password: "Enter your password.",
      newEmail: "Enter your new email address.",
      currentPassword: "Enter your current password.",
      newPassword: "Enter a new password.",
      code: "Enter your code.",
      siteName: "Enter a name for the site.",
      domain: "Enter the domain of the site.",
      industry: "Choose an industry.",
    },
    retry: "Try again",
  },
  copy: {
    copy: (label: string) => `Copy ${label}`,
    copied: "Copied",
    short: "Copy",
  },
  signup: {
    title: "Sign up",
    titles: {
      plan: "Choose a plan",
      account: "Your account",
      billing: "Billing and payment method",
      review: "Check your answers",
    },
    steps: { plan: "Plan", account: "Account", billing: "Billing", review: "Review" },
    progress: (step: number, count: number, name: string) => `Step ${step} of ${count}: ${name}`,
    planLegend: "Plan",
    credits: (count: string) => `${count} credits`,
    sites: (count: number) => (count === 1 ? "1 site" : `${count} sites`),
    email: "Email",
    password: "Password",
    emailWrong: "Enter an email address in the format name@example.com.",
    passwordShort: "Enter a password of at least 10 characters.",
    passwordHint: "At least 10 characters. A few random words are easy to remember.",
    firstName: "First name",
    lastName: "Last name",
    accountName: "Company or project",
    optional: "(optional)",
    logInInstead: "Sign in instead",
    country: "Country",
    countryHint: "Payment methods depend on your country.",
    chooseCountry: "Choose your country",
    noCountry: "No country found",
    billingName: "Name on the invoice",
    billingEmail: "Email for invoices",
    addressLine1: "Address line 1",
    addressLine2: "Address line 2",
    taxId: "Tax number",
    methodLegend: "How do you want to pay?",
    methodHint: "You pay outside this site after you sign up. Nothing is charged now.",
    change: "Change",
    changeWhat: (what: string) => `Change ${what}`,
    passwordAgain: "Enter your password again. It is never stored in the browser.",
    continue: "Continue",
    back: "Back",
    createAccount: "Create account",
    createAndPay: "Sign up and see how to pay",
    haveAccount: "Already have an account?",
    total: "Due after you sign up",
    noMethods:
      "We don't have a payment method for this country yet. Contact support and we'll help.",
    chooseCountryFirst: "Choose your country to see your payment methods.",
  },
  plan: {
    intervals: { month: "a month", year: "a year" } satisfies Record<Plan["interval"], string>,
    /** By slug; a plan without one shows the operator's own description. */
    texts: {} as Partial<Record<string, string>>,
  },
  address: {
    city: {
      city: "City",
      suburb: "Suburb",
      post_town: "Town",
      district: "District",
      village_township: "Village or township",
    } as Partial<Record<string, string>> & { city: string },
    state: {
      area: "Area",
      canton: "Canton",
      county: "County",
      department: "Department",
      district: "District",
      do_si: "Province",
      emirate: "Emirate",
      island: "Island",
      oblast: "Oblast",
      parish: "Parish",
      prefecture: "Prefecture",
      province: "Province",
      region: "Region",
      state: "State",
      voivodship: "Voivodeship",
    } as Partial<Record<string, string>> & { province: string },
    postal: {
      postal: "Postal code",
      zip: "ZIP code",
      pin: "PIN code",
      eircode: "Eircode",
    } as Partial<Record<string, string>> & { postal: string },
  },
  method: {
    details: "Where to send the money",
    howTo: "How it works",
    rate: (rate: string, currency: string) => `1 USD = ${rate} ${currency}`,
    notSetUp:
      "We are still setting up this payment method. Choose another one, or contact support.",
    inEnglish: "These instructions are available in English only.",
  },
  session: {
    logInTitle: "Sign in",
    logInToGoOn: "Sign in to continue. Your entries are saved.",
    email: "Email",
    password: "Password",
    forgot: "Forgot your password?",
    noAccount: "Don't have an account?",
    forgotTitle: "Reset your password",
    forgotText: "Enter your email and we'll send you a link to choose a new password.",
    sendLink: "Send link",
    linkSent: (email: string) =>
      `If there is an account for ${email}, we have sent a link to it. Check your spam folder, too.`,
    resetTitle: "Choose a new password",
    newPassword: "New password",
    savePassword: "Save password",
    passwordSaved: "Your password has been changed. Sign in with the new one.",
    billingEmailTitle: "Billing email",
    billingEmailConfirmed:
      "Thank you. We will send emails about invoices and payments to this address.",
    billingEmailText:
      "A customer asked us to send emails about invoices and payments to this address. Confirm it if you expect them.",
    verifyTitle: "Email address",
    verified: "Thank you. Your email address is confirmed.",
    confirmEmail: "Confirm my email address",
    confirmText: (email: string) =>
      `Confirm that ${email} is your address. We'll send our emails there.`,
    code: "Code",
    codeTitle: "Enter your code",
    codeHint: "Use the code from your authenticator app, or one of your recovery codes.",
    codeExpired: "Your sign-in has timed out. Sign in again.",
    linkBroken: "This link is incomplete. Open it from the email, or request a new one.",
    newLink: "Send a new link",
    maybeConfirmed:
      "If you opened this link before, your address is confirmed. Sign in to check, or to get a new link.",
  },
  invoice: {
    title: (number: string) => `Invoice ${number}`,
    payTitle: "How to pay",
    line: {
      month: (plan: string, credits: string) => `${plan} plan, 1 month, ${credits} credits`,
      year: (plan: string, credits: string) => `${plan} plan, 1 year, ${credits} credits`,
      renewal: (plan: string, from: string, to: string, credits: string) =>
        `${plan} plan, ${from} to ${to}, ${credits} credits`,
      unused: (plan: string, unused: string, days: string, last: string) =>
        `${plan} plan, ${unused} of ${days} days not used, to ${last}`,
      unusedCredits: (plan: string, unused: string, credits: string, last: string) =>
        `${plan} plan, ${unused} of ${credits} credits not used, to ${last}`,
    },
    amountDue: "Amount to send",
    thatIs: (amount: string) => `equals ${amount}`,
    dueBy: (day: string) => `Due by ${day}`,
    wasDueBy: (day: string) => `Was due by ${day}`,
    reference: "Payment reference",
    referenceHint: "Include this in your transfer so that we can find your payment.",
    paid: "I have paid",
    cancelOrder: "Cancel order",
    cancelSure: (number: string) => `Cancel the order for invoice ${number}?`,
    cancelText:
      "Cancel only if you haven't sent any money. The invoice is voided, and you can choose another plan.",
    cancelNow: "Yes, cancel order",
    keepOrder: "Keep order",
    print: "Print",
    downloadPdf: "Download invoice (PDF)",
    exampleDetails:
      "These are example details, not a real account. This site is not open for business yet. Do not send money.",
    noMethod: "Choose how to pay this invoice.",
    chooseMethod: "Use this method",
    changeMethod: "Pay another way",
    rejectedTitle: "We couldn't accept your confirmation",
    rejectedText: "Check the details and confirm again. If you have paid, your money is not lost.",
    reason: "Reason",
    reviewTitle: "Under review",
    reviewText: (since: string) =>
      `You told us on ${since} that you have paid. We are checking that the payment has arrived.`,
    reviewNext: "What happens next",
    reviewNextText:
      "We'll email you when it is decided, usually within one working day. This page updates by itself. You don't need to do anything.",
    youSent: "Your confirmation",
    amount: "Amount",
    method: "Method",
    referenceGiven: "Reference",
    withdraw: "Withdraw confirmation",
    paidTitle: "Payment received, thank you",
    paidText: (credits: string) => `Your account is active and has ${credits} credits.`,
    voidTitle: "This invoice is void",
    voidText: "There is nothing to pay.",
    voidPaid: (number: string) =>
      `Have you already sent money for it? Your money is not lost: write to support and quote ${number}.`,
    voidWrite: "Write to support",
    lines: "Items",
    total: "Total",
    states: {
      due: "Due",
      overdue: "Overdue",
      under_review: "Under review",
      rejected: "Rejected",
      paid: "Paid",
      void: "Void",
    } satisfies Record<Invoice["payment_state"], string>,
    kinds: {
      initial: "First period",
      renewal: "Renewal",
      change: "Change of plan",
      manual: "Single invoice",
    } satisfies Record<Invoice["kind"], string>,
  },
  confirm: {
    title: "Confirm your payment",
    intro: (number: string) =>
      `Tell us how you paid invoice ${number} so that we can find your payment.`,
    amount: "Amount sent",
    currency: "Which amount did you send?",
    method: "How did you pay?",
    otherMethod: "Another method",
    close: "Close",
    paidOn: "Payment date",
    notes: "Anything else we should know?",
    proof: "Receipt or screenshot",
    proofHint: "JPEG, PNG, WebP or PDF, up to 5 MB.",
    chooseFile: "Choose a file",
    orDrop: "or drop or paste it here",
    takePhoto: "Take a photo",
    removeFile: "Remove",
    preview: "Your receipt",
    sending: "Sending…",
    proofType: (name: string) =>
      `${name} can't be used. Choose a photo (JPEG, PNG, WebP) or a PDF.`,
    proofTooLarge: "The file is larger than 5 MB. Choose a smaller one.",
    submit: "Send confirmation",
  },
  proof: {
    title: "Your receipt",
    checking: "We are checking your receipt. This takes a few seconds.",
    kept: "We have your receipt.",
    none: "You haven't sent a receipt. A receipt helps us find your payment sooner.",
    refusedTitle: "Your receipt can't be used",
    refusedText:
      "Your confirmation is still under review. Another receipt helps us find your payment sooner.",
    send: "Send a receipt",
    sendAnother: "Send another receipt",
    submit: "Send this receipt",
    required: "Choose a file.",
    refusals: {
      unreadable:
        "We can't read it as a JPEG, PNG, WebP or PDF file. Send a photo or the PDF receipt.",
      animated: "Animated images aren't accepted. Send a photo or screenshot.",
      too_many_pixels: "The image has more than 50 million pixels. Send a smaller one.",
      encrypted:
        "The PDF is password-protected. Send a screenshot, or save the PDF without a password.",
      too_many_pages: "The PDF has more than 30 pages. Send only the pages that show the payment.",
      too_complex: "The file takes too long to display. Send a photo or screenshot of the receipt.",
      lost: "We lost the file. Sorry about that. Please send it again.",
      infected: "Our virus scanner rejected this file. Send a photo or screenshot instead.",
    } as Record<ProofRefusalCode, string>,
  },
  banner: {
    due: (amount: string, day: string) => `${amount} is due by ${day}.`,
    overdue: (amount: string, day: string) => `${amount} was due by ${day}.`,
    under_review: (since: string) =>
      `We have been checking your payment since ${since}. We'll email you when it is decided.`,
    approved: (amount: string, plan: string, credits: string) =>
      `Your payment of ${amount} has arrived. Your account is active on the ${plan} plan with ${credits} credits.`,
    close: "Close message",
    rejected: (reason: string) => `Your confirmation was not accepted: ${reason}`,
    seeHow: "See how to pay",
    seeState: "See status",
    tryAgain: "Try again",
    label: "Payment",
  },
  /** What the banner says at each stage of a plan. */
  stage: {
    renewal_open: (period: string, amount: string, due: string) =>
      `Next period ${period}: pay ${amount} by ${due}.`,
    grace: (amount: string, due: string, until: string | null) =>
      until
        ? `${amount} was due on ${due}. Everything works until ${until}.`
        : `${amount} was due on ${due}. Everything works.`,
    past_due: (amount: string, due: string, until: string | null) =>
      until
        ? `${amount} was due on ${due}. Your account will be paused on ${until}.`
        : `${amount} was due on ${due}. Everything works for now.`,
    suspended: (since: string | null, until: string | null) =>
      [
        since ? `Paused since ${since}.` : "Your account is paused.",
        until ? `Your data is safe until ${until}.` : "Your data is safe.",
      ].join(" "),
    pausedDays: {
      clock_stops: "Pay and go on: the paused days don't count.",
      restarts: "Pay and go on: a whole period begins when we approve your payment.",
      keeps_due: "Pay and go on: the period keeps its dates, the paused days are part of it.",
    },
    under_review: (day: string) =>
      `We are checking your payment of ${day}. Nothing will be paused meanwhile.`,
    pausedUnderReview: (since: string, day: string) =>
      `Paused since ${since}. We are checking your payment of ${day}: everything works again as soon as it is approved.`,
    checking: (day: string) => `We are checking your payment of ${day}.`,
    ending: (plan: string, day: string) =>
      `Your ${plan} plan ends on ${day}. Everything works until then.`,
    ended: "Your plan has ended. Choose a plan to go on.",
    no_plan: "You have no plan. Choose a plan to go on.",
    pay: "Pay",
    plans: "See plans",
    cancel: "Cancel plan",
    see: "See your plan",
  },
  yourPlan: {
    title: "Your plan",
    navigation: "Plan",
    stages: {
      no_plan: "No plan",
      order: "Waiting for payment",
      active: "Active",
      renewal_open: "Next period unpaid",
      grace: "Overdue",
      past_due: "Past due",
      suspended: "Paused",
      under_review: "Payment under review",
      ending: "Ends soon",
    } satisfies Record<CurrentSubscription["stage"], string>,
    price: "Price",
    priceFrom: (day: string) => `Price from ${day}`,
    period: "Current period",
    paidUntil: "Paid until",
    paidAhead: (day: string) => `You have paid ahead, until ${day}.`,
    next: (plan: string) =>
      `You have chosen the ${plan} plan. It begins with the next period, once that is paid.`,
    drop: (plan: string) => `Stay on the ${plan} plan`,
    ends: (day: string) =>
      `You have cancelled. The last day of your plan is ${day}; everything works until then, and there is nothing more to pay.`,
    toPay: "To pay",
    toPayBy: (amount: string, day: string) => `${amount} by ${day}`,
    none: "You have no plan",
    noneText: "Your account, your sites and your invoices are still here. Choose a plan to go on.",
    free: "You are trying everything for free. Choose a plan whenever you like.",
    ordered: (plan: string) =>
      `You have ordered the ${plan} plan. It starts as soon as we approve your payment.`,
    renewEarly: "Pay the next period now",
    cancel: "Cancel plan…",
    keep: "Keep plan",
    ownerOnly: "Only the owner of the account can change or cancel the plan.",
    underReview:
      "While we check your payment, the plan can't be changed or cancelled. You can withdraw the confirmation on the page of the invoice.",
  },
  cancelPlan: {
    title: "Cancel your plan?",
    close: "Close",
    what: "What happens",
    until: (plan: string, day: string) =>
      `Your ${plan} plan and everything in it works until ${day}.`,
    atOnce: (plan: string) => `Your ${plan} plan ends now, because the time you paid for is over.`,
    voided: (number: string) => `Invoice ${number} is voided: you owe nothing on it.`,
    noMore: "You get no more invoices for it.",
    dropped: (plan: string) => `The change to the ${plan} plan is dropped.`,
    stays: "What stays",
    staysText:
      "Your account, your sites and your invoices. You can choose a plan again at any time.",
    undo: (day: string) => `Until ${day}, you can change your mind on this page.`,
    reason: "Why are you cancelling?",
    submit: "Yes, cancel plan",
    keep: "Keep plan",
  },
  coming: {
    title: "What happens when",
    intro: "If nothing is paid or changed:",
    steps: {
      due: "Last day to pay the invoice.",
      start_period: "The period you have paid for begins.",
      renew: "You get the invoice for the next period by email.",
      announce_price: "We tell you by email that your plan will cost more, and from when.",
      renewal_reminder: "We remind you by email to pay.",
      renewal_due: "We tell you by email that the invoice is overdue. Everything works.",
      fall_due: "Your plan is past due. Everything still works.",
      past_due: "We tell you by email what will be paused, and when.",
      final_notice: "You get a last notice by email.",
      suspend:
        "Your account is paused: you can sign in, read, download and pay, but not change sites or use credits.",
      ending: "We tell you by email when your plan will end.",
      lapse: "Your plan ends and the invoice is void: you owe nothing on it.",
      end: "Your plan ends, as you asked.",
      expire_sign_up: "Your order expires: you owe nothing on it.",
      expire_change: "Your order for another plan expires: you owe nothing on it.",
    } satisfies Record<ComingStep["what"] | "due", string>,
  },
  paused: {
    sites:
      "Your account is paused. Your sites are safe, but you can't add, change or remove any until the open invoice is paid.",
    credits:
      "Your account is paused. Your credits stay, but you can't use them until you have paid.",
    seeHow: "See how to pay",
  },
  dashboard: {
    title: "Dashboard",
    welcome: (name: string) => `Welcome, ${name}`,
    status: "Status",
    plan: "Plan",
    credits: "Credits",
    until: (day: string) => `until ${day}`,
    nextStep: "Next step",
    statuses: {
      trial: "Trial",
      pending_payment: "Waiting for payment",
      active: "Active",
      suspended: "Paused",
      cancelled: "Cancelled",
    } satisfies Record<Account["status"], string>,
    nextByStatus: {
      trial: "You are all set. Try everything with your free credits.",
      pending_payment: "Pay your invoice, then confirm the payment to activate your account.",
      active: "You are all set.",
      suspended: "Your account is paused. Pay the open invoice to go on: your data is safe.",
      cancelled: "Contact support to reopen your account.",
    },
    openInvoice: (day: string) => `An invoice is waiting for you. It is due on ${day}.`,
    noPlan: "None",
    notActive: "Not active",
    nothingOrdered:
      "You have nothing to pay: your last invoice is void. Choose a plan to continue.",
    noAccount:
      "You are signed in, but you have no customer account. Approve payments in the admin.",
    openAdmin: "Open admin",
  },
  history: {
    title: "History",
    proof: "Your receipt",
    states: {
      pending_approval: "you confirmed the payment",
      succeeded: "we found the payment",
      failed: "we couldn't accept it",
      withdrawn: "you withdrew the confirmation",
      reversed: "we reversed the approval",
    } satisfies Record<Payment["status"], string>,
    events: {
      replace_proof: "you sent a receipt",
      refuse_proof: "your receipt couldn't be used",
    } as Partial<Record<string, string>>,
  },
  invoices: {
    title: "Invoices",
    number: "Invoice",
    due: "Due",
    state: "Status",
    empty: "No invoices yet",
    emptyText: "Your first invoice appears when you choose a paid plan.",
  },
  pager: {
    label: "Pagination",
    previous: "Previous",
    next: "Next",
    page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  },
  credits: {
    title: "Credits",
    see: "See credit history",
    balance: "Balance",
    what: "Description",
    change: "Change",
    chart: (from: string, to: string) => `Your balance went from ${from} to ${to} credits.`,
    kinds: {
      trial_grant: "Free credits",
      plan_grant: "Plan credits",
      adjustment: "Adjustment",
      reversal: "Removed with a reversed payment",
      expiry: "Expired",
    } satisfies Record<CreditKind, string>,
    empty: "No credits yet",
    emptyText: "You get credits as soon as the payment for your plan is approved.",
  },
  upgrade: {
    title: "Choose a plan",
    change: "Change plan",
    intro: "You get an invoice to pay. Nothing changes until the payment is approved.",
    pending: (plan: string) =>
      `Your order for the ${plan} plan is waiting for payment. Pay its invoice, cancel the order, or choose another plan instead.`,
    underReview: (plan: string) =>
      `We are checking your payment for the ${plan} plan. You can choose another plan once it is decided.`,
    instead: "Choose another plan instead",
    replaces: (plan: string) =>
      `Your order for the ${plan} plan and its invoice are cancelled when you order another plan.`,
    current: "Your plan",
    submit: "Get invoice",
    submitNext: "Choose for the next period",
    when: "From when?",
    now: "Now",
    nowText: "The plan changes as soon as we approve your payment.",
    from: (day: string) => `From ${day}`,
    nextPeriod: "From the next period",
    nextText: (price: string, interval: string) =>
      `You pay ${price} ${interval} from then on. Until then nothing changes.`,
    price: (plan: string) => `${plan} plan`,
    credit: "Credit for what you haven't used",
    creditsGo:
      "What you get back for unused days includes their plan credits: these go when the plan changes.",
    total: "To pay now",
    priceNow: (amount: string) => `${amount} now`,
    chooseWhen: "Choose when to change.",
    neither: "This plan can't be chosen at the moment.",
    refusals: {
      already_on_plan: "You have this plan already.",
      already_next_plan: "This plan is already chosen for your next period.",
      nothing_to_pay:
        "Your unused days cover the price of this plan. Choose it for the next period.",
      plan_not_payable: "This plan is free: it can't be ordered.",
      upgrade_already_pending:
        "You have ordered this plan already, or we are checking the payment of another order.",
      paid_ahead: "You have already paid for the next period. Choose again once it has begun.",
      payment_already_under_review:
        "We are checking your payment of the next period. Wait until it is decided.",
      no_subscription: "You have no plan that is paid for. Choose a plan now.",
      plan_ends: "You have cancelled your plan. Keep it first, or choose a plan now.",
      billing_parked: "We have to check something about your invoices first. Write to support.",
      too_many_plan_changes:
        "You have already changed your next invoice today. Try again tomorrow.",
      exchange_rate_missing:
        "This payment method has no exchange rate at the moment. Choose another one.",
      account_suspended: "Your account is paused. Pay the open invoice first.",
    } as Partial<Record<string, string>>,
    refused: "This isn't possible at the moment.",
  },
  sites: {
    title: "Sites",
    add: "Add site",
    name: "Name",
    domain: "Domain",
    industry: "Industry",
    chooseIndustry: "Choose an industry",
    empty: "No sites yet",
    emptyText: "Add the website you want to work on.",
    notYet: "You can add sites as soon as your account is active.",
    limit: (plan: string, sites: string) => `Your ${plan} plan includes ${sites}.`,
    remove: (name: string) => `Remove ${name}`,
    removeShort: "Remove",
    removeSure: (name: string) => `Confirm removal of ${name}`,
    removeSureShort: "Confirm removal",
  },
  profile: {
    title: "Account",
    person: "Personal details",
    billingEmailUnconfirmed:
      "This billing email is not confirmed yet, so we don't send emails to it. Its owner must open the link in our email. Save again tomorrow to send a new link.",
    unverified: "Not confirmed yet. Open the link in the email we sent you.",
    resend: "Send the email again",
    resent: "Sent. Check your inbox and your spam folder.",
    emailIntro:
      "You sign in with this address, and we send our emails to it. A new address takes effect when you open the link that we send to it.",
    newEmail: "New email",
    emailPassword: "Confirm with your password",
    emailPending: (newEmail: string, email: string) =>
      `We have sent a link to ${newEmail}. Open it to sign in with that address. Until then, sign in with ${email}.`,
    keepEmail: (email: string) => `Keep ${email}`,
    billing: "Billing details",
    billingIntro: "Used on future invoices. Invoices already issued don't change.",
    password: "Password",
    currentPassword: "Current password",
    save: "Save",
    saved: "Saved.",
    sessions: "Where you're signed in",
    sessionsIntro:
      "If someone else may be signed in as you, sign out everywhere, including this browser, and set a new password.",
    logOutEverywhere: "Sign out everywhere",
  },
  data: {
    title: "Your data",
    text: "Get everything we store about this account in one ZIP file: its details, people, sites, invoices, payments and receipts. We'll email you a link when the file is ready.",
    yourPassword: "Your password",
    request: "Request my data",
    requested: (email: string, day: string) =>
      `We are preparing your file. We'll email a link to ${email} in a few minutes. It works until ${day}.`,
    fileText: "Download the account data you requested.",
    download: "Download my data",
    downloaded: "The download has started. Check your browser's downloads.",
    fileGone:
      "This file no longer exists, or it belongs to someone else. Request your data again on the account page.",
    toAccount: "Go to the account page",
    closeTitle: "Close account",
    closeText: "Ends your plan and deletes your personal data. This can't be undone.",
    closeOpen: "Close account…",
    closeDialog: "Cancel",
    erased: "What we delete",
    erasedList: [
      "Your name, email, addresses and sign-in details, and those of everyone in this account",
      "Your sites",
      "Receipts for payments that were not accepted",
    ],
    ends: "What ends",
    endsList: [
      "Your plan ends now, even if you have paid for a longer period",
      "You can no longer use your remaining credits",
      "Unpaid invoices are voided, so you owe nothing on them",
    ],
    kept: "What we keep",
    keptList: [
      "Invoices and their payments, because the law requires it. After that we delete the personal data in them, too. We'll tell you by email how long we keep them.",
    ],
    downloadFirst: "If you may need your invoices, request and download your data first.",
    confirmation: (email: string) => `Type ${email} to confirm`,
    confirmationWrong: "Enter the email you sign in with.",
    closeNow: "Close account permanently",
    underReview:
      "A payment confirmation is under review. Before you close the account, wait for the decision or withdraw the confirmation on the invoice page.",
    goodbyeTitle: "Your account is closed",
    goodbyeText: "No one can sign in to it. We have sent you an email to confirm this.",
    goodbyeKept: (day: string) =>
      `We keep your invoices and their payments until ${day}, because the law requires it.`,
    goodbyeNothing: "There were no invoices, so we keep no personal data about you.",
    comeBack: "Sign up again",
  },
  /** Texts for the API's error codes; a code without one shows the API's own sentence. */
  codes: {
    token_invalid: "This link has expired or was already used. Request a new one.",
    incorrect_code: "This code is incorrect. Enter the code that your app shows now.",
    incorrect_password: "This password is incorrect.",
    service_unavailable:
      "The service is unavailable at the moment. Try again in a few seconds: nothing is submitted twice.",
    storage_full:
      "We can't save your file at the moment. Nothing is lost. Try again later, or send the form without the file.",
    storage_unavailable:
      "We can't save your file at the moment. Nothing is lost. Try again later, or send the form without the file.",
  } as Partial<Record<string, string>>,
};

export type Messages = typeof en;
