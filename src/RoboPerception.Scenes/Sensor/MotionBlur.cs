using System.Numerics;
using RoboPerception.Core;

namespace RoboPerception.Scenes;

/// <summary>
/// Smears the light of a frame along the way every point takes in the image while the shutter is open. The way comes from exact
/// depth and the two poses; labels stay those of the middle of the exposure.
/// </summary>
internal static class MotionBlur
{
    private const int Taps = 7;
    private const float Longest = 40;

    /// <summary>Reads the light of one row (in the albedo planes) and writes it, blurred, to the light planes.</summary>
    public static void Row(RenderPlanes planes, CameraIntrinsics camera, in CameraPose open, in CameraPose close, int y)
    {
        int row = y * planes.Stride + RenderPlanes.Margin;
        for (int x = 0; x < planes.Width; x++)
        {
            int at = row + x;
            Vector2 way = Way(planes, camera, open, close, at);
            Vector3 sum = Vector3.Zero;
            for (int k = 0; k < Taps; k++)
            {
                float s = k / (Taps - 1f) - 0.5f;
                int u = Math.Clamp((int)(x + way.X * s + 0.5f), 0, planes.Width - 1), v = Math.Clamp((int)(y + way.Y * s + 0.5f), 0, planes.Height - 1);
                int q = v * planes.Stride + RenderPlanes.Margin + u;
                sum += new Vector3(planes.Albedo[0][q], planes.Albedo[1][q], planes.Albedo[2][q]);
            }
            sum *= 1f / Taps;
            (planes.Light[0][at], planes.Light[1][at], planes.Light[2][at]) = (sum.X, sum.Y, sum.Z);
        }
    }

    /// <summary>Pixels a point moves while the shutter is open.</summary>
    private static Vector2 Way(RenderPlanes planes, CameraIntrinsics camera, in CameraPose open, in CameraPose close, int at)
    {
        float depth = planes.Depth[at];
        var ray = new Vector3(planes.RayX[at], planes.RayY[at], 1);
        if (depth <= 0)
        {
            return Vector2.Zero;
        }
        Vector3 later = close.ToCamera(open.ToWorld(ray * depth));
        if (later.Z < 0.05f)
        {
            return Vector2.Zero;
        }
        var way = new Vector2((later.X / later.Z - ray.X) * (float)camera.Fx, (later.Y / later.Z - ray.Y) * (float)camera.Fy);
        float length = way.Length();
        return length > Longest ? way * (Longest / length) : way;
    }
}
