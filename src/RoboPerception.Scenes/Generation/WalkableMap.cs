using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Distance of every square of floor to the nearest furniture or wall, and the largest connected part one can walk in.</summary>
internal sealed class WalkableMap
{
    private readonly float cell;
    private readonly int columns, rows;
    private readonly float[] clearance;
    private readonly bool[] reachable;
    private readonly int[] cells;

    public WalkableMap(float cell, int columns, int rows, bool[] blocked)
    {
        (this.cell, this.columns, this.rows) = (cell, columns, rows);
        clearance = Distances(blocked);
        Widest = 0;
        int best = 0;
        for (int i = 0; i < clearance.Length; i++)
        {
            if (clearance[i] > Widest)
            {
                (Widest, best) = (clearance[i], i);
            }
        }
        Margin = Math.Clamp(Widest * 0.7f, 0.1f, 0.38f);
        (reachable, cells) = Flood(best);
        Start = Centre(best);
    }

    /// <summary>Largest distance to furniture and walls anywhere, metres.</summary>
    public float Widest { get; }

    /// <summary>Distance kept by everything that counts as walkable, metres.</summary>
    public float Margin { get; }

    /// <summary>The place with the most room around it.</summary>
    public Vector2 Start { get; }

    /// <summary>Walkable area, square metres.</summary>
    public float Area => cells.Length * cell * cell;

    /// <summary>Distance to furniture and walls at a point, metres.</summary>
    public float ClearanceAt(Vector2 p)
    {
        int c = (int)(p.X / cell), r = (int)(p.Y / cell);
        return (uint)c < (uint)columns && (uint)r < (uint)rows ? clearance[r * columns + c] : 0;
    }

    /// <summary>A walkable point.</summary>
    public Vector2 Draw(SceneRandom random) => Centre(cells[random.NextInt(0, cells.Length - 1)]);

    /// <summary>True if the straight way between two points stays walkable.</summary>
    public bool Sees(Vector2 a, Vector2 b)
    {
        int steps = Math.Max(1, (int)(Vector2.Distance(a, b) / (cell * 0.7f)));
        for (int i = 0; i <= steps; i++)
        {
            Vector2 p = a + (b - a) * (i / (float)steps);
            int c = (int)(p.X / cell), r = (int)(p.Y / cell);
            if ((uint)c >= (uint)columns || (uint)r >= (uint)rows || !reachable[r * columns + c])
            {
                return false;
            }
        }
        return true;
    }

    private Vector2 Centre(int cell) => new((cell % columns + 0.5f) * this.cell, (cell / columns + 0.5f) * this.cell);

    /// <summary>Chamfer distance (1, sqrt 2) from blocked squares and from outside; a little above the true one at odd angles.</summary>
    private float[] Distances(bool[] blocked)
    {
        float straight = cell, diagonal = cell * 1.35f;
        var d = new float[blocked.Length];
        for (int i = 0; i < d.Length; i++)
        {
            int c = i % columns, r = i / columns;
            float wall = (Math.Min(Math.Min(c, r), Math.Min(columns - 1 - c, rows - 1 - r)) + 0.5f) * cell;
            d[i] = blocked[i] ? 0 : wall;
        }
        for (int pass = 0; pass < 2; pass++)
        {
            int s = pass == 0 ? -1 : 1;
            for (int k = 0; k < d.Length; k++)
            {
                int i = pass == 0 ? k : d.Length - 1 - k;
                int c = i % columns, r = i / columns;
                float best = d[i];
                void Look(int dc, int dr, float step)
                {
                    int nc = c + dc, nr = r + dr;
                    if ((uint)nc < (uint)columns && (uint)nr < (uint)rows)
                    {
                        best = MathF.Min(best, d[nr * columns + nc] + step);
                    }
                }
                Look(s, 0, straight);
                Look(0, s, straight);
                Look(s, s, diagonal);
                Look(-s, s, diagonal);
                d[i] = best;
            }
        }
        return d;
    }

    private (bool[] Reachable, int[] Cells) Flood(int from)
    {
        var reachable = new bool[clearance.Length];
        var cells = new List<int> { from };
        reachable[from] = true;
        for (int at = 0; at < cells.Count; at++)
        {
            int c = cells[at] % columns, r = cells[at] / columns;
            foreach (var (dc, dr) in (ReadOnlySpan<(int, int)>)[(1, 0), (-1, 0), (0, 1), (0, -1)])
            {
                int nc = c + dc, nr = r + dr, n = nr * columns + nc;
                if ((uint)nc < (uint)columns && (uint)nr < (uint)rows && !reachable[n] && clearance[n] >= Margin)
                {
                    reachable[n] = true;
                    cells.Add(n);
                }
            }
        }
        return (reachable, [.. cells]);
    }
}
