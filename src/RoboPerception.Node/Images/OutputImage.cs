using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Images;

/// <summary>A decoded output as a PNG that people can look at.</summary>
internal static class OutputImage
{
    /// <summary>Draws and encodes. Classes without a map of their own get the colours of the NYU classes.</summary>
    public static byte[] Png(DecodedFrame frame, ClassMap? classes)
    {
        using Mat image = frame.Header.Kind switch
        {
            OutputKind.Segmentation => Colouring.Segmentation(frame.ClassIds, frame.Width, frame.Height, classes ?? ClassMap.Nyu13),
            OutputKind.Depth => Colouring.Depth(frame.Depth, frame.Width, frame.Height, out _, out _),
            _ => Colouring.Normals(frame.Normals, frame.Width, frame.Height),
        };
        Cv2.ImEncode(".png", image, out byte[] png, (int[]?)null);
        return png;
    }
}
