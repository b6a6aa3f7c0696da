"""What is said of days, whatever they are of."""

SENTENCES = {
    "days.beyond_belief": "Tanggal {day} tidak mungkin; periksa tahunnya.",
}
