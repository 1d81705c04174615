// What alerts can be, in the order in which people look for it.

export const SEVERITIES = ["critical", "major", "minor", "info"];
export const KINDS = [
  ...["phrase", "hostile_tone", "agent_hangup", "abuse_after_hangup", "dead_air", "long_silence", "talk_over", "interruption", "volume_rise"],
  ...["missing_greeting", "missing_closing", "missing_apology", "repeated_question", "customer_abandoned", "long_hold", "long_monologue"],
  ...["fast_speech", "slow_speech", "off_call_talk", "background_noise", "one_way_audio", "no_audio", "bad_media"],
];
