namespace OpenCvSharp;

/// <summary>Stream of a multi-head camera to retrieve.</summary>
public enum CameraChannels
{
    OpenNI_DepthMap = 0,
    OpenNI_PointCloudMap = 1,
    OpenNI_DisparityMap = 2,
    OpenNI_DisparityMap32F = 3,
    OpenNI_ValidDepthMask = 4,
}
