from datetime import UTC, datetime, timedelta
from app import clock
from app.credentials import model
from app.issuing import award_status, awards, issuers, learners, achievements
from app.issuing.awards import Earned
OUT="/tmp/w/shots"
def test_shots(service, issuer, make_issuer, make_achievement, make_award, open_page):
    import os; os.makedirs(OUT, exist_ok=True)
    now = clock.now()
    with service.database.write() as s:
        i = issuers.by_slug(s,"northfield")
        issuers.update(s,i,actor="t",description="Hospital-based training for nurses, phlebotomists and care assistants across three counties.",email="badges@northfield.example",parent_name="Northfield Hospitals",parent_url="https://northfield-hospitals.example/")
    ach = make_achievement(skills=[{"name":"Venepuncture","url":"https://skills.example/v","level":3,"code":"NCLEX-4.2","framework":"National Phlebotomy Standard"},{"name":"Specimen labelling at the bedside","url":"https://skills.example/l","level":4},{"name":"Patient communication","url":"https://skills.example/p","level":2}], continuing_education=[{"amount":"2","unit":"ANCC contact hours"}], tags=["blood","nursing"], education_type="non_formal", formal_relation="complementary")
    noend = make_achievement(slug="cpr", name="CPR & First-Aid v2.0", abbreviation="CPR", validity={"kind":"none"}, drawing={"shape":"shield","fill":"#7a1f3d","level":2})
    bls = make_achievement(slug="bls", name="BLS® Provider – “Refresher”", abbreviation="BLS", validity={"kind":"days","amount":60}, drawing={"shape":"circle","fill":"#1d5c3a"})
    cjk = make_achievement(slug="cjk", name="静脉采血基础与患者安全沟通微证书（进阶级）", abbreviation="静脉", language="zh", criteria_narrative="# 标准\n\n完成十次观察采血。\n\n| 项目 | 要求 |\n|---|---|\n| 理论 | 80 % |", validity={"kind":"none"})
    long = make_achievement(slug="long", name="Interprofessional Pneumonoultramicroscopicsilicovolcanoconiosis Prevention, Recognition and Multidisciplinary Management in Post-Acute Rehabilitation Environments", abbreviation="PNEUMO-PRM-ADVANCED-2026", drawing={"shape":"ribbon","fill":"#3a3a7a"})
    A={}
    A["good"]=make_award(ach,name_shown=True,evidence=(model.Evidence(id="https://files.example/obs.pdf",name="Observation record",narrative="Ten draws, signed by **two** assessors."),),narrative="Earned on ward 4B during night shifts.")
    A["noname"]=make_award(noend,email="b@x.org",name="Bo")
    A["soon"]=make_award(bls,email="c@x.org",name="Šárka Nguyễn-O'Brien",name_shown=True,awarded_at=now-timedelta(days=20))
    A["expired"]=make_award(bls,email="d@x.org",name="محمد عبد الله الأنصاري",name_shown=True,awarded_at=datetime(2025,3,1,tzinfo=UTC)) if False else None
    A["revoked"]=make_award(ach,email="e@x.org",name="李 娜",name_shown=True)
    A["suspended"]=make_award(ach,email="f@x.org")
    A["cjk"]=make_award(cjk,email="g@x.org",name="محمد عبد الله الأنصاري",name_shown=True)
    A["long"]=make_award(long,email="h@x.org",name="Maria-Magdalena Wolfeschlegelsteinhausenbergerdorff van den Oudenhoven-Papadopoulos",name_shown=True)
    old=make_award(noend,email="i@x.org",name="Ida",name_shown=True)
    with service.database.write() as s:
        award_status.revoke(s,service.office,awards.by_id(s,A["revoked"].id),reason="issued in error",actor="t")
        award_status.suspend(s,service.office,awards.by_id(s,A["suspended"].id),reason="under review after an audit",actor="t")
        o=awards.by_id(s,old.id)
        l=s.get(learners.Learner,o.learner_id)
        new=award_status.supersede(s,service.office,o,Earned(achievements.by_id(s,noend.id),l,now),actor="t")
    A["superseded"]=old
    try:
        import time_machine
        with time_machine.travel(now-timedelta(days=400), tick=True):
            A["expired"]=make_award(bls,email="d@x.org",name="محمد عبد الله الأنصاري",name_shown=True,awarded_at=now-timedelta(days=400))
    except Exception as e: print(e)
    paths={k:f"/b/{v.id}" for k,v in A.items() if v}
    base=service.settings.public_base_url
    paths|={"issuer":"/issuers/northfield","achievement":f"/achievements/{ach.id}","home":"/","verify":"/verify","error":"/b/nothing","problem":"/problems/lint-failed"}
    for k in ("good","revoked","expired","soon","superseded"): paths["report-"+k]=f"/verify?badge={base}/b/{A[k].id}"+("&recipient=someone@else.org" if k=="good" else "")
    only=os.environ.get("ONLY","").split(",") if os.environ.get("ONLY") else None
    for k,p in paths.items():
        if only and k not in only: continue
        for w,d in ((1200,False),(320,False)) + (((1200,True),) if k in ("good","revoked","report-good","verify","issuer") else ()):
            pg=open_page(p,width=w,dark=d)
            pg.screenshot(path=f"{OUT}/{k}-{w}{'-dark' if d else ''}.png",full_page=True)
            sw=pg.evaluate("document.documentElement.scrollWidth")
            print(k,w,"SCROLLS" if sw>w else "",sw,pg.complaints)
            pg.context.close()
