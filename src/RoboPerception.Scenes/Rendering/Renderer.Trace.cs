using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RoboPerception.Scenes;

/// <content>From rays to labels, reflectance and unfiltered light.</content>
internal sealed partial class Renderer
{
    private const float Far = 1000;
    private const float Lift = 1e-3f;

    [InlineArray(8)]
    private struct Lanes
    {
        private float lane0;
    }

    /// <summary>Two rows of pixels in packets of 4 x 2, which stay together better than 8 x 1.</summary>
    private void TraceRows(int pair)
    {
        RenderPlanes planes = this.planes;
        int y = 2 * pair;
        int row = y * planes.Stride + RenderPlanes.Margin;
        Rotation axes = pose.Orientation;
        var origin = new Vec3x8(pose.Position);
        for (int x = 0; x < planes.Width; x += 4)
        {
            int at = row + x;
            var rayX = Tile(planes.RayX, at, planes.Stride);
            var rayY = Tile(planes.RayY, at, planes.Stride);
            var direction = new Vec3x8(axes.Z).Along(new Vec3x8(axes.X), rayX).Along(new Vec3x8(axes.Y), rayY);
            // The direction's z in the camera is 1, so the distance is the depth along the axis.
            var depth = Vector256.Create(Far);
            var solid = PacketTracer.Closest(scene.Bvh, origin, direction, ref depth);
            Shade(x, y, at, direction, solid, depth);
        }
    }

    private void Shade(int x, int y, int at, in Vec3x8 direction, Vector256<int> solid, Vector256<float> depth)
    {
        RenderPlanes planes = this.planes;
        Rotation axes = pose.Orientation;
        Lanes nx = default, ny = default, nz = default, gloss = default;
        bool anyGloss = false, any = false;
        for (int lane = 0; lane < 8; lane++)
        {
            int px = x + (lane & 3), py = y + (lane >> 2);
            int q = at + (lane & 3) + (lane >> 2) * planes.Stride;
            bool inside = px < planes.Width && py < planes.Height;
            int hit = inside ? solid[lane] : -1;
            planes.Solid[q] = hit;
            if (hit < 0)
            {
                Miss(px, py, q, inside);
                continue;
            }
            any = true;
            ref readonly Primitive primitive = ref scene.Bvh.Primitives[hit];
            var d = new Vector3(direction.X[lane], direction.Y[lane], direction.Z[lane]);
            Vector3 local = primitive.ToLocal(pose.Position + d * depth[lane]);
            Vector3 localNormal = primitive.NormalAt(local);
            Vector3 normal = primitive.Frame.ToOuter(localNormal);
            Vector3 cameraNormal = axes.ToInner(normal);
            Material material = scene.MaterialArray[primitive.Material];
            float length = d.Length();
            float cosine = MathF.Max(-Vector3.Dot(d, normal) / length, 0.08f);
            float footprint = depth[lane] * length / (float)Camera.Fx / cosine;
            Vector3 albedo = SurfaceShader.Evaluate(material, primitive, local, localNormal, d / length, footprint, out Vector3 emission);
            nx[lane] = normal.X;
            ny[lane] = normal.Y;
            nz[lane] = normal.Z;
            gloss[lane] = material.Gloss;
            anyGloss |= material.Gloss > 0.01f;
            planes.Depth[q] = depth[lane];
            Store(planes.Normal, q, cameraNormal);
            Store(planes.Albedo, q, albedo);
            Store(planes.Extra, q, emission);
            int pixel = py * planes.Width + px;
            buffers.Segmentation[pixel] = (byte)scene.InstanceArray[primitive.Instance].Class;
            buffers.Instances[pixel] = (ushort)(primitive.Instance + 1);
            buffers.Depth[pixel] = depth[lane];
            int area = planes.Width * planes.Height;
            buffers.Normals[pixel] = cameraNormal.X;
            buffers.Normals[area + pixel] = cameraNormal.Y;
            buffers.Normals[(2 * area) + pixel] = cameraNormal.Z;
        }
        if (!any)
        {
            return;
        }
        var n = new Vec3x8(Load(ref nx), Load(ref ny), Load(ref nz));
        var present = Vector256.GreaterThan(Vector256.Abs(n.X) + Vector256.Abs(n.Y) + Vector256.Abs(n.Z), Vector256<float>.Zero);
        Vec3x8 point = new Vec3x8(pose.Position).Along(direction, depth).Along(n, Vector256.Create(Lift));
        Vec3x8 light = DirectLight(x, y, point, n, present) + BouncedLight(x, y, point, n, present);
        StoreTile(light.X, planes.Light[0], at, planes.Stride);
        StoreTile(light.Y, planes.Light[1], at, planes.Stride);
        StoreTile(light.Z, planes.Light[2], at, planes.Stride);
        if (anyGloss && options.Reflections)
        {
            Reflect(x, y, at, direction, point, n, solid, Load(ref gloss));
        }
    }

    private void Miss(int x, int y, int q, bool inside)
    {
        planes.Depth[q] = 0;
        Store(planes.Normal, q, Vector3.Zero);
        Store(planes.Albedo, q, Vector3.Zero);
        Store(planes.Extra, q, Vector3.Zero);
        Store(planes.Light, q, Vector3.Zero);
        if (!inside)
        {
            return;
        }
        int pixel = y * planes.Width + x, area = planes.Width * planes.Height;
        buffers.Segmentation[pixel] = 255;
        buffers.Instances[pixel] = 0;
        buffers.Depth[pixel] = 0;
        buffers.Normals[pixel] = buffers.Normals[area + pixel] = buffers.Normals[(2 * area) + pixel] = 0;
    }

    private Vec3x8 DirectLight(int x, int y, in Vec3x8 point, in Vec3x8 normal, Vector256<float> present)
    {
        var sum = new Vec3x8(Vector3.Zero);
        AreaLight[] lights = scene.LightArray;
        if (lights.Length == 0)
        {
            return sum;
        }
        int samples = options.LightSamples;
        for (int s = 0; s < samples; s++)
        {
            var choice = Random(0, x, y, s / (float)samples);
            LightSampler.Sample(lights, point, normal, choice, Random(1, x, y, s * 0.381966f), Random(2, x, y, s * 0.618034f), out Vec3x8 towards, out Vec3x8 light);
            var lit = present & Vector256.GreaterThan(light.X + light.Y + light.Z, Vector256<float>.Zero);
            if (lit.ExtractMostSignificantBits() == 0)
            {
                continue;
            }
            var limit = Vector256.ConditionalSelect(lit, Vector256.Create(0.999f), Vector256.Create(-1f));
            lit = Vector256.AndNot(lit, PacketTracer.Occluded(scene.Bvh, point, towards, limit));
            sum += new Vec3x8(light.X & lit, light.Y & lit, light.Z & lit);
        }
        return sum * Vector256.Create(1f / samples);
    }

    /// <summary>One ray over the hemisphere: what it meets is lit from the field; what is very near is dimmed, as corners are.</summary>
    private Vec3x8 BouncedLight(int x, int y, in Vec3x8 point, in Vec3x8 normal, Vector256<float> present)
    {
        var d = new Vec3x8(Random(3, x, y, 0, wrap: false), Random(4, x, y, 0, wrap: false), Random(5, x, y, 0, wrap: false)) * Vector256.Create(0.98f) + normal;
        d *= Vector256<float>.One / Vector256.Sqrt(Vec3x8.Dot(d, d));
        var t = Vector256.ConditionalSelect(present, Vector256.Create(30f), Vector256.Create(-1f));
        var hit = PacketTracer.Closest(scene.Bvh, point, d, ref t);
        Lanes r = default, g = default, b = default;
        IrradianceField field = scene.Bounce;
        for (int lane = 0; lane < 8; lane++)
        {
            if (hit[lane] < 0)
            {
                continue;
            }
            var away = new Vector3(d.X[lane], d.Y[lane], d.Z[lane]);
            var from = new Vector3(point.X[lane], point.Y[lane], point.Z[lane]);
            float jitter = SampleTable.Planes[6][(((y + (lane >> 2)) & 63) * SampleTable.Side) + ((x + (lane & 3)) & 63)] - 0.5f;
            Vector3 q = from + away * (t[lane] - 0.05f) + new Vector3(jitter, -jitter, jitter) * 0.4f;
            Vector3 colour = scene.AverageColours[scene.Bvh.Primitives[hit[lane]].Material];
            Vector3 light = colour * field.Nearest(q, -away) * (0.45f + 0.55f * MathF.Min(1, t[lane] * 3));
            r[lane] = light.X;
            g[lane] = light.Y;
            b[lane] = light.Z;
        }
        return new(Load(ref r), Load(ref g), Load(ref b));
    }

    private void Reflect(int x, int y, int at, in Vec3x8 direction, in Vec3x8 point, in Vec3x8 normal, Vector256<int> solid, Vector256<float> gloss)
    {
        var unit = direction * (Vector256<float>.One / Vector256.Sqrt(Vec3x8.Dot(direction, direction)));
        var cosine = Vec3x8.Dot(unit, normal);
        Lanes roughness = default;
        for (int lane = 0; lane < 8; lane++)
        {
            roughness[lane] = solid[lane] >= 0 ? scene.MaterialArray[scene.Bvh.Primitives[solid[lane]].Material].Roughness : 0;
        }
        var rough = Load(ref roughness);
        var mirrored = unit - normal * (cosine * 2f);
        var spread = rough * rough * 0.7f;
        mirrored = mirrored.Along(new Vec3x8(Random(3, x + 4, y + 2, 0, false), Random(4, x + 4, y + 2, 0, false), Random(5, x + 4, y + 2, 0, false)), spread);
        // Schlick's approximation; rough surfaces lose the bright rim.
        var one = Vector256<float>.One;
        var grazing = Vector256.MaxNative(one + cosine, Vector256<float>.Zero);
        var g2 = grazing * grazing;
        var fresnel = gloss + (one - gloss) * (g2 * g2 * grazing) * (one - rough) * (one - rough);
        var on = Vector256.GreaterThan(gloss, Vector256.Create(0.01f)) & Vector256.GreaterThan(Vec3x8.Dot(mirrored, normal), Vector256<float>.Zero);
        var t = Vector256.ConditionalSelect(on, Vector256.Create(30f), Vector256.Create(-1f));
        var hit = PacketTracer.Closest(scene.Bvh, point, mirrored, ref t);
        for (int lane = 0; lane < 8; lane++)
        {
            if (hit[lane] < 0)
            {
                continue;
            }
            ref readonly Primitive primitive = ref scene.Bvh.Primitives[hit[lane]];
            var away = new Vector3(mirrored.X[lane], mirrored.Y[lane], mirrored.Z[lane]);
            Vector3 place = new Vector3(point.X[lane], point.Y[lane], point.Z[lane]) + away * t[lane];
            Vector3 local = primitive.ToLocal(place);
            Vector3 localNormal = primitive.NormalAt(local);
            Vector3 worldNormal = primitive.Frame.ToOuter(localNormal);
            Vector3 albedo = SurfaceShader.Evaluate(
                scene.MaterialArray[primitive.Material], primitive, local, localNormal, Vector3.Normalize(away), 0.004f + 0.2f * rough[lane] * t[lane], out Vector3 emission);
            // A lamp met by one of few rays would be a spark: the rougher, the lower the limit.
            Vector3 seen = Vector3.Min(albedo * scene.Bounce.Smooth(place + worldNormal * 0.15f, worldNormal) + emission, new Vector3(1.2f + 4.8f * Fourth(1 - rough[lane]))) * fresnel[lane];
            int q = at + (lane & 3) + (lane >> 2) * planes.Stride;
            if (rough[lane] > 0.12f)
            {
                // Spread reflections are noisy: as light over reflectance they pass through the filter with the rest.
                planes.Light[0][q] += seen.X / MathF.Max(planes.Albedo[0][q], 0.04f);
                planes.Light[1][q] += seen.Y / MathF.Max(planes.Albedo[1][q], 0.04f);
                planes.Light[2][q] += seen.Z / MathF.Max(planes.Albedo[2][q], 0.04f);
            }
            else
            {
                planes.Extra[0][q] += seen.X;
                planes.Extra[1][q] += seen.Y;
                planes.Extra[2][q] += seen.Z;
            }
        }
    }

    private static float Fourth(float x) => x * x * x * x;

    /// <summary>Eight sampling numbers; they change with the frame, and a shift gives further independent ones.</summary>
    private Vector256<float> Random(int plane, int x, int y, float shift, bool wrap = true)
    {
        int ox = (int)(frame * 20 % SampleTable.Side), oy = (int)(frame * 26 % SampleTable.Side);
        int at = (((y + oy) & (SampleTable.Side - 2)) * SampleTable.Side) + ((x + ox) & (SampleTable.Side - 4));
        var value = Tile(SampleTable.Planes[plane], at, SampleTable.Side);
        if (!wrap)
        {
            return value;
        }
        value += Vector256.Create(shift);
        return value - Vector256.Floor(value);
    }

    /// <summary>Four values of a row and the four below them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Tile(float[] plane, int at, int stride) =>
        Vector256.Create(Vector128.LoadUnsafe(ref plane[at]), Vector128.LoadUnsafe(ref plane[at + stride]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTile(Vector256<float> value, float[] plane, int at, int stride)
    {
        value.GetLower().StoreUnsafe(ref plane[at]);
        value.GetUpper().StoreUnsafe(ref plane[at + stride]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load(ref Lanes lanes) => Vector256.LoadUnsafe(ref lanes[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float[][] planes, int at, Vector3 value)
    {
        planes[0][at] = value.X;
        planes[1][at] = value.Y;
        planes[2][at] = value.Z;
    }
}
