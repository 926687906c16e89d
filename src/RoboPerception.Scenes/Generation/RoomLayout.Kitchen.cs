using System.Numerics;

namespace RoboPerception.Scenes;

/// <content>Kitchens.</content>
internal sealed partial class RoomLayout
{
    private void KitchenRoom()
    {
        Kitchen();
        Kitchen();
        Maybe(0.6f, Kitchen);
        Maybe(0.85f, () => TableGroup(0.75f));
        Maybe(0.4f, Sideboard);
        Maybe(0.3f, Bookcase);
        Maybe(0.3f, () => TelevisionOnWall());
    }

    /// <summary>Counter with hob, oven and sink, wall cabinets above, mostly with a refrigerator beside.</summary>
    private void Kitchen()
    {
        const float Tall = 0.88f, Deep = 0.6f, Fridge = 0.64f;
        float w = r.Next(1.4f, 2.9f);
        bool fridge = r.Chance(0.7f);
        float all = w + (fridge ? Fridge + 0.04f : 0), shift = fridge ? -(Fridge + 0.04f) / 2 : 0;
        if (!TryWall(all, Deep + 0.02f, fridge ? 1.72f : 0.93f, 0.6f, out Placement at, out Placement wall))
        {
            return;
        }
        Placement counter = at.At(new(shift, 0, 0));
        Furnishings.Cabinet(b, palette, counter, w, Deep, Tall, r.Chance(0.3f), "counter", SurfaceKind.Cabinet);
        float hob = r.Next(-0.25f, 0.25f) * w;
        b.Box(palette.Black, new(hob, -0.02f, Tall + 0.022f), new(0.56f, 0.48f, 0.008f));
        b.Box(palette.Black, new(hob, -Deep / 2 - 0.008f, 0.5f), new(0.56f, 0.02f, 0.46f));
        b.Bar(palette.Metal, new(hob - 0.22f, -Deep / 2 - 0.045f, 0.7f), new(hob + 0.22f, -Deep / 2 - 0.045f, 0.7f), 0.009f);
        if (w > 1.7f)
        {
            float sink = hob > 0 ? -w / 2 + 0.4f : w / 2 - 0.4f;
            b.Begin(SceneClass.Objects, "sink", counter);
            b.Box(palette.Metal, new(sink, -0.02f, Tall + 0.022f), new(0.5f, 0.4f, 0.006f));
            b.Bar(palette.Metal, new(sink, 0.2f, Tall), new(sink, 0.2f, Tall + 0.28f), 0.013f);
            b.Bar(palette.Metal, new(sink, 0.2f, Tall + 0.27f), new(sink, 0.03f, Tall + 0.24f), 0.011f);
        }
        if (fridge)
        {
            b.Begin(SceneClass.Furniture, "refrigerator", at.At(new(w / 2 + 0.02f, 0, 0)));
            Material steel = r.Chance(0.5f) ? palette.White : palette.Metal;
            b.Soft(steel, new(0, 0.01f, 0.86f), new(Fridge, Deep, 1.7f), 0.02f);
            b.Box(palette.Black, new(0, -0.295f, 1.15f), new(Fridge, 0.012f, 0.008f));
            b.Bar(palette.Metal, new(-0.27f, -0.32f, 1.2f), new(-0.27f, -0.32f, 1.55f), 0.012f);
        }
        if (plan.Height > 2.25f)
        {
            HangAt(wall with { Origin = wall.ToWorld(new(shift, 0, 0)) }, w, 1.4f, 2.1f, p =>
                Furnishings.Cabinet(b, palette, p.At(new(0, -0.17f, -0.35f)), w, 0.34f, 0.7f, false, "wall cabinet", SurfaceKind.Shelf));
        }
    }
}
