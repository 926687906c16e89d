using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Where a piece of furniture stands: its origin is the middle of its footprint on the floor, its front is local -y.</summary>
internal readonly record struct Placement(Vector3 Origin, float Yaw)
{
    public Rotation Frame => Rotation.AboutZ(Yaw);

    public Vector3 ToWorld(Vector3 local) => Origin + Frame.ToOuter(local);

    /// <summary>A placement given relative to this one.</summary>
    public Placement At(Vector3 local, float turn = 0) => new(ToWorld(local), Yaw + turn);
}

/// <summary>A flat place that small things can stand on.</summary>
/// <param name="Place">Middle of the surface; its front is local -y.</param>
/// <param name="Half">Half width (x) and depth (y), metres.</param>
/// <param name="Clear">Free height above, metres.</param>
/// <param name="Kind">What fits here.</param>
internal readonly record struct SupportSurface(Placement Place, Vector2 Half, float Clear, SurfaceKind Kind);

/// <summary>What a support surface is, which decides what stands on it.</summary>
internal enum SurfaceKind
{
    Dining,
    Desk,
    Coffee,
    Cabinet,
    Shelf,
    Bedside,
    Sill,
}

/// <summary>Collects the parts of a scene. Sizes are full sizes in metres, positions are centres in the frame of the placement.</summary>
internal sealed class RoomBuilder(SceneRandom random)
{
    private readonly List<Primitive> primitives = [];
    private readonly List<Material> materials = [];
    private readonly Dictionary<Material, int> materialIds = [];
    private readonly List<SceneInstance> instances = [];
    private Placement place;

    public SceneRandom Random { get; } = random;

    public List<AreaLight> Lights { get; } = [];

    public List<SupportSurface> Surfaces { get; } = [];

    /// <summary>Starts a new thing at a place; the following solids belong to it.</summary>
    public void Begin(SceneClass kind, string name, Placement place)
    {
        this.place = place;
        instances.Add(new(kind, name));
    }

    /// <summary>Offers a surface of the current thing: centre of the top, full size, free height.</summary>
    public void Offer(Vector3 centre, float width, float depth, float clear, SurfaceKind kind) =>
        Surfaces.Add(new(place.At(centre), new(width / 2, depth / 2), clear, kind));

    public void Box(Material material, Vector3 centre, Vector3 size) => Add(PrimitiveShape.Box, material, centre, size / 2, 0, Rotation.Identity);

    public void Box(Material material, Vector3 centre, Vector3 size, Rotation turn) => Add(PrimitiveShape.Box, material, centre, size / 2, 0, turn);

    /// <summary>A box with rounded edges.</summary>
    public void Soft(Material material, Vector3 centre, Vector3 size, float radius) => Soft(material, centre, size, radius, Rotation.Identity);

    public void Soft(Material material, Vector3 centre, Vector3 size, float radius, Rotation turn) =>
        Add(PrimitiveShape.RoundedBox, material, centre, size / 2, MathF.Min(radius, MathF.Min(size.X, MathF.Min(size.Y, size.Z)) * 0.499f), turn);

    public void Ellipsoid(Material material, Vector3 centre, Vector3 size) => Ellipsoid(material, centre, size, Rotation.Identity);

    public void Ellipsoid(Material material, Vector3 centre, Vector3 size, Rotation turn) => Add(PrimitiveShape.Ellipsoid, material, centre, size / 2, 0, turn);

    /// <summary>An upright round solid; radii at the bottom and at the top.</summary>
    public void Round(Material material, Vector3 centre, float bottom, float top, float height) => Round(material, centre, bottom, top, height, Rotation.Identity);

    public void Round(Material material, Vector3 centre, float bottom, float top, float height, Rotation turn) =>
        Add(PrimitiveShape.Frustum, material, centre, new(bottom, bottom, height / 2), top, turn);

    /// <summary>A round bar between two points.</summary>
    public void Bar(Material material, Vector3 from, Vector3 to, float radius)
    {
        Vector3 way = to - from;
        float length = way.Length();
        Vector3 z = way / length;
        Vector3 x = Vector3.Normalize(PortableMath.Cross(MathF.Abs(z.Z) < 0.9f ? Vector3.UnitZ : Vector3.UnitX, z));
        Add(PrimitiveShape.Frustum, material, (from + to) / 2, new(radius, radius, length / 2), radius, new(x, PortableMath.Cross(z, x), z));
    }

    public void Shine(AreaLight light) => Lights.Add(light);

    /// <summary>A lamp at a local position of the current thing.</summary>
    public void ShineBall(Vector3 centre, float radius, Vector3 radiance) =>
        Lights.Add(new(LightShape.Ball, place.ToWorld(centre), default, default, radius, radiance));

    public Scene ToScene(BoundingBox interior) => new(primitives, materials, instances, Lights, interior);

    private void Add(PrimitiveShape shape, Material material, Vector3 centre, Vector3 half, float radius, Rotation turn)
    {
        if (!materialIds.TryGetValue(material, out int id))
        {
            id = materials.Count;
            materials.Add(material);
            materialIds.Add(material, id);
        }
        primitives.Add(new Primitive
        {
            Shape = shape,
            Frame = place.Frame.Then(turn),
            Centre = place.ToWorld(centre),
            Half = half,
            Radius = radius,
            Material = id,
            Instance = instances.Count - 1,
            Variation = (uint)(Random.NextBits() >> 33),
        });
    }
}
