"""Captions from a grammar with synonyms and word orders, English and Chinese."""

from __future__ import annotations

import numpy as np

from .scene import Scene

_ENGLISH = {
    "subject": {
        "car": ["car", "automobile"],
        "horse": ["horse"],
        "ball": ["ball", "beach ball"],
        "boat": ["boat", "sailing boat"],
    },
    "motion": {
        "car": {
            "left": ["driving to the left", "drifting left"],
            "right": ["driving to the right", "drifting right"],
            "still": ["standing still", "parked"],
        },
        "horse": {
            "left": ["galloping to the left", "running left"],
            "right": ["galloping to the right", "running right"],
            "still": ["standing still"],
        },
        "ball": {
            "left": ["rolling to the left", "rolling left"],
            "right": ["rolling to the right", "rolling right"],
            "still": ["lying still"],
        },
        "boat": {
            "left": ["sailing to the left", "moving left"],
            "right": ["sailing to the right", "moving right"],
            "still": ["floating still", "at anchor"],
        },
    },
    "place": {
        "road": ["on a road", "on the street"],
        "field": ["in a field", "on a meadow"],
        "sea": ["on the sea", "on the water"],
    },
    "time": {"day": ["by day", "in daylight"], "night": ["at night", "in the dark"]},
    "weather": {"clear": ["", "under a clear sky"], "rain": ["in the rain", "through rain"]},
}
#: Words for a motion whose direction is left open, and for rain and time together.
_OPEN = {
    "en": {"car": ["driving", "drifting"], "horse": ["galloping", "running"], "ball": ["rolling"], "boat": ["sailing"]},
    "zh": {"car": ["行驶", "漂移"], "horse": ["奔跑", "飞奔"], "ball": ["滚动"], "boat": ["航行"]},
}
_RAIN_AND_TIME = {"day": "在白天的雨中", "night": "在夜雨中"}
_CHINESE = {
    "color": {"red": "红色", "blue": "蓝色", "green": "绿色", "yellow": "黄色", "white": "白色", "purple": "紫色"},
    "subject": {"car": ["汽车", "小汽车"], "horse": ["马"], "ball": ["球", "皮球"], "boat": ["船", "帆船"]},
    "measure": {"car": "一辆", "horse": "一匹", "ball": "一个", "boat": "一艘"},
    "motion": {
        "car": {"left": ["向左行驶", "向左漂移"], "right": ["向右行驶", "向右漂移"], "still": ["静止不动", "停着"]},
        "horse": {"left": ["向左奔跑", "向左飞奔"], "right": ["向右奔跑", "向右飞奔"], "still": ["静静站着"]},
        "ball": {"left": ["向左滚动"], "right": ["向右滚动"], "still": ["静止不动"]},
        "boat": {"left": ["向左航行"], "right": ["向右航行"], "still": ["静止不动", "停泊着"]},
    },
    "place": {"road": ["在路上", "在公路上"], "field": ["在田野里", "在草地上"], "sea": ["在海上", "在水面上"]},
    "time": {"day": ["白天", "在白天"], "night": ["夜晚", "在夜里"]},
    "weather": {"clear": ["", "天气晴朗"], "rain": ["雨中", "下着雨"]},
}


def caption(scene: Scene, language: str = "en", seed: int | None = None, brief: bool = False) -> str:
    """A caption of the scene; ``seed`` None gives the plain form, a number chooses synonyms and word order.

    ``brief`` leaves out the place and the direction, as in "a red car drifting through rain at night".

    Parameters
    ----------
    language : "en" or "zh"
    """
    if language not in ("en", "zh"):
        raise ValueError(f'caption.language: "{language}" is not known; use "en" or "zh"')
    rng = None if seed is None else np.random.default_rng([seed, scene.seed])
    return _english(scene, rng, brief) if language == "en" else _chinese(scene, rng, brief)


def _pick(rng, words):
    return words[0] if rng is None else words[int(rng.integers(len(words)))]


def _motion(scene: Scene, rng, words, language: str, brief: bool) -> str:
    moving = scene.motion != "still"
    return _pick(rng, _OPEN[language][scene.subject] if brief and moving else words["motion"][scene.subject][scene.motion])


def _english(scene: Scene, rng, brief: bool) -> str:
    words = _ENGLISH
    subject = f"a {scene.color} {_pick(rng, words['subject'][scene.subject])}"
    motion = _motion(scene, rng, words, "en", brief)
    place = "" if brief else _pick(rng, words["place"][scene.place])
    time = _pick(rng, words["time"][scene.time])
    weather = _pick(rng, words["weather"][scene.weather])
    order = 0 if rng is None else int(rng.integers(3))
    if order == 0:
        parts = [subject, motion, place, time, weather]
    elif order == 1:
        parts = [subject, motion, weather, time, place]
    else:
        parts = [f"{time},", subject, motion, place, weather]
    return " ".join(part for part in parts if part)


def _chinese(scene: Scene, rng, brief: bool) -> str:
    words = _CHINESE
    subject = f"{words['measure'][scene.subject]}{words['color'][scene.color]}的{_pick(rng, words['subject'][scene.subject])}"
    motion = _motion(scene, rng, words, "zh", brief)
    place = "" if brief else _pick(rng, words["place"][scene.place])
    time = _pick(rng, words["time"][scene.time])
    weather = _pick(rng, words["weather"][scene.weather])
    order = 0 if rng is None else int(rng.integers(3 if scene.weather == "rain" else 2))
    if order == 2:
        parts = [f"{subject}{_RAIN_AND_TIME[scene.time]}{place}{motion}"]
    elif order == 0:
        parts = [
            f"{time}{weather}" if scene.weather == "rain" else time,
            f"{subject}{place}{motion}",
            weather if scene.weather == "clear" else "",
        ]
    else:
        parts = [f"{subject}{place}{motion}", f"{time}{weather}" if scene.weather == "rain" else time]
    return "，".join(part for part in parts if part)
