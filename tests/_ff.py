from pathlib import Path
from tests import packs
f=packs.example(Path('/tmp/ff/w'),'2022-11'); print(packs.build_forms(f,'2022-12'))
f2=packs.example(Path('/tmp/ff/w1'),'2022-11'); print(len(packs.build_forms(f2,'2022-10')))
