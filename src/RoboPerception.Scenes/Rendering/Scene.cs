using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>One thing of a scene: all its solids carry its place in <see cref="Scene.Instances"/> as id.</summary>
/// <param name="Class">What it is.</param>
/// <param name="Name">What it is called, for people.</param>
internal sealed record SceneInstance(SceneClass Class, string Name);

/// <summary>
/// A room, ready to be rendered: solids in a hierarchy, materials, lights, and the light that bounces between the walls.
/// Immutable; any number of renderers may read it at once.
/// </summary>
internal sealed class Scene
{
    /// <summary>Builds the hierarchy and the bounced light.</summary>
    /// <param name="primitives">Solids; copied.</param>
    /// <param name="materials">Their materials.</param>
    /// <param name="instances">The things they belong to, at most 65535.</param>
    /// <param name="lights">Sources of light.</param>
    /// <param name="interior">The air of the room, metres.</param>
    /// <exception cref="ArgumentException">A solid names a material or instance that does not exist, or is not finite.</exception>
    public Scene(
        IReadOnlyList<Primitive> primitives, IReadOnlyList<Material> materials, IReadOnlyList<SceneInstance> instances,
        IReadOnlyList<AreaLight> lights, BoundingBox interior)
    {
        ArgumentNullException.ThrowIfNull(primitives);
        ArgumentNullException.ThrowIfNull(materials);
        ArgumentNullException.ThrowIfNull(instances);
        ArgumentNullException.ThrowIfNull(lights);
        if (instances.Count > ushort.MaxValue)
        {
            throw new ArgumentException($"A scene holds at most {ushort.MaxValue} instances, this one {instances.Count}.", nameof(instances));
        }
        var solids = new Primitive[primitives.Count];
        for (int i = 0; i < solids.Length; i++)
        {
            Primitive p = primitives[i];
            if ((uint)p.Material >= (uint)materials.Count || (uint)p.Instance >= (uint)instances.Count)
            {
                throw new ArgumentException($"Primitive {i} names material {p.Material} of {materials.Count}, instance {p.Instance} of {instances.Count}.", nameof(primitives));
            }
            float sum = p.Centre.X + p.Centre.Y + p.Centre.Z + p.Half.X + p.Half.Y + p.Half.Z + p.Radius;
            if (!float.IsFinite(sum) || p.Half.X < 0 || p.Half.Y < 0 || p.Half.Z <= 0 || p.Radius < 0)
            {
                throw new ArgumentException(
                    $"Primitive {i} ({instances[p.Instance].Name}) has centre {p.Centre}, half extents {p.Half}, radius {p.Radius}: sizes must be finite and positive.", nameof(primitives));
            }
            solids[i] = p;
        }
        MaterialArray = [.. materials];
        InstanceArray = [.. instances];
        LightArray = [.. lights];
        AverageColours = [.. MaterialArray.Select(SurfaceShader.Average)];
        Interior = interior;
        Bvh = new Bvh(solids);
        Bounce = new IrradianceField(this);
    }

    /// <summary>The air of the room, metres, z up.</summary>
    public BoundingBox Interior { get; }

    /// <summary>The solids, in the order of the hierarchy.</summary>
    public IReadOnlyList<Primitive> Primitives => Bvh.Primitives;

    /// <summary>What the solids are made of.</summary>
    public IReadOnlyList<Material> Materials => MaterialArray;

    /// <summary>The things in the room.</summary>
    public IReadOnlyList<SceneInstance> Instances => InstanceArray;

    /// <summary>Sources of light.</summary>
    public IReadOnlyList<AreaLight> Lights => LightArray;

    internal Bvh Bvh { get; }

    internal IrradianceField Bounce { get; }

    internal Material[] MaterialArray { get; }

    internal Vector3[] AverageColours { get; }

    internal SceneInstance[] InstanceArray { get; }

    internal AreaLight[] LightArray { get; }

    /// <summary>True if a world point lies inside some solid.</summary>
    public bool IsInsideSolid(Vector3 point) => Bvh.Contains(point);
}
