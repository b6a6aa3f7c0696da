"""Which institutions the sample province has, and in which waves its assessors were certified. Constants only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LspPlan:
    """An LSP at the school `SMK Negeri 9x …`; `schemes` by their shipped keys; `network` how many schools."""

    key: str
    region: str
    place: str
    number: int
    schemes: tuple[str, ...]
    network: int


TKJ, PPLG, AKL = "kkni-2-teknik-komputer-dan-jaringan", "pemrogram-junior", "kkni-2-akuntansi-dan-keuangan-lembaga"
DKV, KULINER, KASIR = "content-creator-junior", "helper-cookery", "trainee-kasir"
MPLB, HOTEL, OTO = "office-administrative", "guest-service-agent", "kkni-2-teknik-kendaraan-ringan"

LSPS = (
    LspPlan("samarinda", "64.72", "Samarinda", 91, (TKJ, KASIR, PPLG), 3),
    LspPlan("balikpapan", "64.71", "Balikpapan", 91, (AKL, KASIR), 3),
    LspPlan("bontang", "64.74", "Bontang", 91, (KULINER, HOTEL), 2),
    LspPlan("kukar", "64.02", "Kutai Kartanegara", 91, (DKV, TKJ), 3),
    LspPlan("kutim", "64.08", "Kutai Timur", 91, (MPLB, AKL), 2),
    LspPlan("berau", "64.03", "Berau", 91, (MPLB, TKJ), 2),
    LspPlan("paser", "64.01", "Paser", 91, (OTO, AKL), 2),
    LspPlan("ppu", "64.09", "Penajam Paser Utara", 91, (KULINER, KASIR), 2),
    LspPlan("kubar", "64.07", "Kutai Barat", 91, (TKJ, PPLG), 2),
    LspPlan("mahulu", "64.11", "Mahakam Ulu", 91, (KASIR, AKL), 1),
    LspPlan("samarinda-2", "64.72", "Samarinda", 92, (KULINER, DKV), 2),
    LspPlan("balikpapan-2", "64.71", "Balikpapan", 92, (TKJ, PPLG), 2),
)

# How a class (rombel) that is assessed on a scheme is called.
ROMBEL = {
    TKJ: "XII TJKT", PPLG: "XII PPLG", AKL: "XII AKL", DKV: "XII DKV", KULINER: "XII KULINER", KASIR: "XII PM",
    MPLB: "XII MPLB", HOTEL: "XII PH", OTO: "XII TO",
}  # fmt: skip
PUPILS_PER_CLASS = 25
# Two classes for each LSP, one in its own school and one in a school of its network.
CLASSES_PER_LSP = 2


@dataclass(frozen=True, slots=True)
class Wave:
    """A training or RCC programme: how many months ago, the days of its batches around that day, how many people.

    Made on 22 November 2026 they are those of the dossier: Nov–Dec 2022, Aug 2023, Dec 2023, Feb and Jul 2024, Nov
    2025, May 2026.
    """

    key: str
    months_ago: int
    batches: tuple[int, ...]
    people: int


WAVES = (
    Wave("nov22", 48, (-7, 0, 7, 14, 20), 84),
    Wave("aug23", 39, (-6, 3), 14),
    Wave("dec23", 35, (-9, -2), 6),
    Wave("feb24", 33, (-10, 2), 16),
    Wave("jul24", 28, (0, 8), 14),
    Wave("nov25", 12, (-16, -9), 8),
    Wave("may26", 6, (-12, 1), 8),
)
# Of the first wave so many renewed before their certificates ended (RCC), and so many after.
RENEWED_BEFORE, RENEWED_AFTER = 12, 4


@dataclass(frozen=True, slots=True)
class Part:
    """Someone who has a part in the story: at which LSP, for which scheme, of which wave."""

    lsp: str
    scheme: str
    wave: str


CAST = {
    "demo": Part("samarinda", TKJ, "may26"),
    "partner": Part("samarinda", TKJ, "nov25"),
    "expired": Part("samarinda", TKJ, "nov22"),
    "cashier": Part("samarinda", KASIR, "feb24"),
    "suspended": Part("balikpapan", AKL, "may26"),
    "retired": Part("balikpapan", AKL, "feb24"),
    "cook": Part("bontang", KULINER, "jul24"),
    "creator": Part("kukar", DKV, "nov25"),
    "ending": Part("kutim", MPLB, "dec23"),
    "clerk": Part("berau", MPLB, "jul24"),
    "waiting": Part("paser", OTO, "nov22"),
    "renewed": Part("paser", OTO, "nov25"),
    "cook2": Part("ppu", KULINER, "nov25"),
    "network": Part("kubar", TKJ, "jul24"),
    "circular": Part("mahulu", KASIR, "nov22"),
    "patissier": Part("samarinda-2", KULINER, "may26"),
    "coder": Part("balikpapan-2", PPLG, "jul24"),
}
# Those who sign: they have an account and a key.
SIGNERS = ("demo", "partner", "expired", "cashier", "suspended", "cook", "creator", "ending", "clerk", "cook2",
           "network", "coder")  # fmt: skip

# Who can sign in. The demo is served to this machine only, and says these on the screen.
PASSWORDS = {
    "bidang": "enggang terbang tinggi",
    "admin-lsp": "pesut sungai mahakam",
    "admin-lsp-2": "anggrek hitam kersik",
    "asesor": "ulin kuat berdiri",
    "asesor-lama": "rotan lentur panjang",
    "pleno": "sidang pleno senin",
    "sekolah": "lonceng pagi hari",
    "auditor": "periksa semua berkas",
    "operator": "mesin selalu menyala",
}
PASSPHRASES = {"asesor": "perahu ketinting hulu", "asesor-lama": "gaharu wangi lama"}
# Part in the story → login.
SHOWN_SIGNERS = {"demo": "asesor", "expired": "asesor-lama"}
