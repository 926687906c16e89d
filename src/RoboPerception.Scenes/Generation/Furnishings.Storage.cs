using System.Numerics;

namespace RoboPerception.Scenes;

/// <content>Tables, desks, cabinets and shelves.</content>
internal static partial class Furnishings
{
    /// <summary>A table of any height: dining, coffee, side.</summary>
    public static void Table(RoomBuilder b, Palette palette, Placement place, float width, float depth, float height, SurfaceKind kind)
    {
        SceneRandom r = b.Random;
        Material wood = palette.Wood();
        Material top = r.Next() switch
        {
            < 0.75f => wood,
            < 0.88f => new(SurfacePattern.Marble, new(0.66f, 0.64f, 0.6f), new(0.4f, 0.38f, 0.36f), Gloss: 0.05f, Roughness: 0.12f),
            _ => new(SurfacePattern.Plain, new(0.18f, 0.22f, 0.22f), new(0.2f), Gloss: 0.09f, Roughness: 0.05f),
        };
        b.Begin(SceneClass.Table, kind == SurfaceKind.Coffee ? "coffee table" : "table", place);
        float thick = r.Next(0.025f, 0.05f);
        bool round = MathF.Abs(width - depth) < 0.15f && r.Chance(0.6f);
        if (round)
        {
            float radius = MathF.Min(width, depth) / 2;
            b.Round(top, new(0, 0, height - thick / 2), radius, radius, thick);
            b.Round(wood, new(0, 0, (height - thick) / 2), radius * 0.14f, radius * 0.1f, height - thick);
            b.Round(wood, new(0, 0, 0.02f), radius * 0.55f, radius * 0.45f, 0.04f);
            b.Offer(new(0, 0, height), radius * 1.25f, radius * 1.25f, 0.6f, kind);
            return;
        }
        b.Soft(top, new(0, 0, height - thick / 2), new(width, depth, thick), r.Chance(0.5f) ? 0.004f : thick / 2.2f);
        float leg = r.Next(0.04f, 0.08f);
        bool taper = r.Chance(0.4f);
        foreach (var (x, y) in (ReadOnlySpan<(float, float)>)[(-1, -1), (1, -1), (-1, 1), (1, 1)])
        {
            var at = new Vector3(x * (width / 2 - leg), y * (depth / 2 - leg), (height - thick) / 2);
            if (taper)
            {
                b.Round(wood, at, leg * 0.3f, leg * 0.55f, height - thick);
            }
            else
            {
                b.Box(wood, at, new(leg, leg, height - thick));
            }
        }
        if (r.Chance(0.6f))
        {
            float apron = MathF.Min(0.09f, height * 0.2f);
            b.Box(wood, new(0, depth / 2 - leg, height - thick - apron / 2), new(width - 2 * leg, 0.02f, apron));
            b.Box(wood, new(0, -depth / 2 + leg, height - thick - apron / 2), new(width - 2 * leg, 0.02f, apron));
        }
        if (height < 0.55f && r.Chance(0.4f))
        {
            b.Box(wood, new(0, 0, height * 0.35f), new(width - 2 * leg, depth - 2 * leg, 0.02f));
            b.Offer(new(0, 0, height * 0.35f + 0.01f), (width - 2 * leg) * 0.8f, (depth - 2 * leg) * 0.8f, height * 0.5f, SurfaceKind.Shelf);
        }
        b.Offer(new(0, 0, height), width * 0.94f, depth * 0.92f, 0.6f, kind);
    }

    /// <summary>A writing desk with drawers or side panels.</summary>
    public static void Desk(RoomBuilder b, Palette palette, Placement place, float width, float depth)
    {
        SceneRandom r = b.Random;
        Material wood = palette.Wood();
        Material other = r.Chance(0.6f) ? wood : palette.Wood();
        b.Begin(SceneClass.Table, "desk", place);
        float h = r.Next(0.71f, 0.78f);
        b.Soft(wood, new(0, 0, h - 0.015f), new(width, depth, 0.03f), 0.006f);
        int drawers = r.NextInt(0, 2);
        foreach (float side in (ReadOnlySpan<float>)[-1, 1])
        {
            if (drawers == 2 || (drawers == 1 && side > 0))
            {
                float w = MathF.Min(0.42f, width * 0.3f), x = side * (width / 2 - w / 2 - 0.01f);
                b.Box(other, new(x, 0.01f, (h - 0.03f) / 2), new(w, depth - 0.06f, h - 0.03f));
                for (int i = 0; i < 3; i++)
                {
                    float z = (h - 0.06f) * (i + 0.5f) / 3 + 0.02f;
                    b.Box(other, new(x, -depth / 2 + 0.015f, z), new(w - 0.03f, 0.02f, (h - 0.08f) / 3 - 0.02f));
                    b.Box(palette.Metal, new(x, -depth / 2 - 0.006f, z), new(0.11f, 0.02f, 0.012f));
                }
            }
            else if (r.Chance(0.5f))
            {
                b.Box(other, new(side * (width / 2 - 0.015f), 0, (h - 0.03f) / 2), new(0.03f, depth - 0.04f, h - 0.03f));
            }
            else
            {
                b.Box(palette.Metal, new(side * (width / 2 - 0.04f), -depth / 2 + 0.06f, (h - 0.03f) / 2), new(0.04f, 0.04f, h - 0.03f));
                b.Box(palette.Metal, new(side * (width / 2 - 0.04f), depth / 2 - 0.06f, (h - 0.03f) / 2), new(0.04f, 0.04f, h - 0.03f));
            }
        }
        b.Box(other, new(0, depth / 2 - 0.03f, h * 0.7f), new(width - 0.08f, 0.02f, h * 0.5f));
        b.Offer(new(0, 0, h), width * 0.95f, depth * 0.9f, 0.8f, SurfaceKind.Desk);
    }

    /// <summary>A cabinet with doors or drawers: wardrobe, dresser, sideboard, night stand, TV bench.</summary>
    public static void Cabinet(RoomBuilder b, Palette palette, Placement place, float width, float depth, float height, bool drawers, string name, SurfaceKind kind)
    {
        SceneRandom r = b.Random;
        Material wood = palette.Wood();
        Material fronts = r.Chance(0.75f) ? wood : palette.Wood();
        b.Begin(SceneClass.Furniture, name, place);
        float foot = r.Chance(0.4f) && height < 1.3f ? r.Next(0.08f, 0.16f) : 0;
        if (foot > 0)
        {
            foreach (var (x, y) in (ReadOnlySpan<(float, float)>)[(-1, -1), (1, -1), (-1, 1), (1, 1)])
            {
                b.Round(wood, new(x * (width / 2 - 0.05f), y * (depth / 2 - 0.05f), foot / 2), 0.014f, 0.022f, foot);
            }
        }
        b.Box(wood, new(0, 0.01f, (foot + height) / 2), new(width, depth - 0.02f, height - foot));
        b.Box(wood, new(0, 0, height + 0.01f), new(width + 0.02f, depth, 0.02f));
        Material handle = r.Chance(0.6f) ? palette.Metal : palette.Black;
        bool knobs = r.Chance(0.5f);
        int columns = Math.Max(1, (int)MathF.Round(width / (drawers ? 0.7f : 0.5f)));
        int rows = drawers ? Math.Clamp((int)MathF.Round((height - foot) / 0.24f), 1, 6) : height > 1.5f && r.Chance(0.3f) ? 2 : 1;
        float w = width / columns, h = (height - foot - 0.03f) / rows, front = -depth / 2 + 0.004f;
        for (int i = 0; i < columns; i++)
        {
            for (int j = 0; j < rows; j++)
            {
                float x = (i - (columns - 1) / 2f) * w, z = foot + 0.015f + (j + 0.5f) * h;
                b.Box(fronts, new(x, front, z), new(w - 0.012f, 0.022f, h - 0.012f));
                if (!drawers && height > 1)
                {
                    b.Box(fronts, new(x, front - 0.012f, z), new(w - 0.14f, 0.01f, h - 0.16f));
                }
                float hx = drawers ? x : x + ((i & 1) == 0 ? 1 : -1) * (w / 2 - 0.05f);
                if (knobs)
                {
                    b.Ellipsoid(handle, new(hx, front - 0.028f, z), new(0.03f, 0.035f, 0.03f));
                }
                else
                {
                    b.Box(handle, new(hx, front - 0.026f, z), drawers ? new(0.13f, 0.016f, 0.012f) : new(0.012f, 0.016f, 0.14f));
                }
            }
        }
        if (height < 1.5f)
        {
            b.Offer(new(0, 0, height + 0.02f), width * 0.95f, depth * 0.85f, 0.7f, kind);
        }
        else if (r.Chance(0.35f) && height < 2.1f)
        {
            b.Offer(new(0, 0, height + 0.02f), width * 0.9f, depth * 0.8f, 0.3f, SurfaceKind.Shelf);
        }
    }

    /// <summary>A bookcase, its shelves filled with books and things.</summary>
    public static void Bookcase(RoomBuilder b, Palette palette, Placement place, float width, float height)
    {
        SceneRandom r = b.Random;
        Material wood = palette.Wood();
        float depth = r.Next(0.26f, 0.36f), board = 0.022f;
        b.Begin(SceneClass.Furniture, "bookcase", place);
        b.Box(wood, new(0, depth / 2 - 0.006f, height / 2), new(width, 0.012f, height));
        b.Box(wood, new(-width / 2 + board / 2, 0, height / 2), new(board, depth, height));
        b.Box(wood, new(width / 2 - board / 2, 0, height / 2), new(board, depth, height));
        int shelves = Math.Max(2, (int)(height / 0.34f));
        float step = (height - 0.08f) / shelves;
        float fill = r.Next(0.55f, 1);
        for (int i = 0; i <= shelves; i++)
        {
            b.Box(wood, new(0, 0, 0.06f + i * step), new(width - 2 * board, depth, board));
        }
        for (int i = 0; i < shelves; i++)
        {
            var shelf = place.At(new(0, 0, 0.06f + i * step + board / 2));
            if (r.Chance(0.88f))
            {
                BookRow(b, palette, shelf, width - 2 * board - 0.01f, depth, step - board - 0.02f, fill);
            }
            else
            {
                b.Surfaces.Add(new(shelf, new((width - 2 * board) * 0.45f, depth * 0.35f), step - 0.05f, SurfaceKind.Shelf));
            }
        }
        if (height < 2)
        {
            b.Surfaces.Add(new(place.At(new(0, 0, height)), new(width * 0.45f, depth * 0.4f), 0.4f, SurfaceKind.Shelf));
        }
    }

    /// <summary>Books side by side, from the left; some lean, some lie on top of each other.</summary>
    public static void BookRow(RoomBuilder b, Palette palette, Placement shelf, float width, float depth, float clear, float fill)
    {
        SceneRandom r = b.Random;
        float x = -width / 2, end = x + width * MathF.Min(1, fill * r.Next(0.8f, 1.25f));
        float common = r.Next(0.6f, 0.9f) * clear;
        while (x < end - 0.03f)
        {
            int set = r.Chance(0.15f) ? r.NextInt(3, 8) : 1;
            Material cover = palette.BookCover();
            float thick = r.Next(0.014f, 0.05f), tall = MathF.Min(clear, common * r.Next(0.78f, 1.15f)), deep = MathF.Min(depth - 0.04f, r.Next(0.14f, 0.24f));
            if (r.Chance(0.07f) && x + 0.26f < end)
            {
                float z = 0;
                int pile = r.NextInt(2, 5);
                for (int i = 0; i < pile && z < clear - 0.06f; i++)
                {
                    float t = r.Next(0.018f, 0.045f);
                    b.Begin(SceneClass.Books, "book", shelf);
                    b.Box(palette.BookCover(), new(x + 0.12f, -depth / 2 + 0.13f, z + t / 2), new(t, r.Next(0.15f, 0.2f), 0.23f), Rotation.AboutY(MathF.PI / 2));
                    z += t;
                }
                x += 0.26f;
                continue;
            }
            for (int i = 0; i < set && x + thick < end; i++)
            {
                b.Begin(SceneClass.Books, "book", shelf);
                float inset = r.Next(0.005f, 0.03f);
                float lean = r.Chance(0.06f) ? r.Next(-0.18f, 0.18f) : 0;
                var (s, c) = PortableMath.SinCos(MathF.Abs(lean));
                float span = (float)(thick * c + tall * s);
                b.Box(cover, new(x + span / 2, -depth / 2 + inset + deep / 2, (float)(tall * c + thick * s) / 2), new(thick - 0.001f, deep, tall), Rotation.AboutY(lean));
                x += span + 0.001f;
            }
            if (r.Chance(0.04f))
            {
                x += r.Next(0.04f, 0.15f);
            }
        }
    }

    /// <summary>A board on the wall with books or things on it; the placement is on the wall at the board's height.</summary>
    public static void WallShelf(RoomBuilder b, Palette palette, Placement place, float width)
    {
        SceneRandom r = b.Random;
        Material wood = palette.Wood();
        b.Begin(SceneClass.Furniture, "wall shelf", place);
        float depth = r.Next(0.2f, 0.28f);
        var middle = new Vector3(0, -depth / 2, 0);
        b.Box(wood, middle, new(width, depth, 0.025f));
        b.Box(palette.Metal, new(-width * 0.35f, -depth / 2, -0.04f), new(0.02f, depth * 0.8f, 0.05f));
        b.Box(palette.Metal, new(width * 0.35f, -depth / 2, -0.04f), new(0.02f, depth * 0.8f, 0.05f));
        Placement top = place.At(middle + new Vector3(0, 0, 0.0125f));
        if (r.Chance(0.7f))
        {
            BookRow(b, palette, top, width * 0.96f, depth, 0.3f, r.Next(0.4f, 1));
        }
        else
        {
            b.Surfaces.Add(new(top, new(width * 0.45f, depth * 0.38f), 0.35f, SurfaceKind.Shelf));
        }
    }
}
